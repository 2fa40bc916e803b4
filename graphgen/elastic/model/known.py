"""What stands beside events: tables made once, and joined to the rows of every day.

Columns of tables that documents are joined to only for `--denormalise` have names that no event
table has.
"""

from __future__ import annotations

__all__ = ["TABLES", "TABLES_BESIDE"]

TABLES = {
    "ip": "SELECT ip_id, address, country, asn FROM ip",
    "owner": "SELECT account_id, min(user_id) AS user_id FROM has_account "
    "WHERE role = 'owner' GROUP BY 1",
    "agent": "SELECT device_id, user_agent FROM device",
    "symbol": "SELECT security_id, symbol FROM security",
    "user": """
FROM "user"
LEFT JOIN (SELECT user_id, list(address ORDER BY since, address) AS emails
  FROM has_email JOIN email USING (email_id) GROUP BY 1) USING (user_id)
LEFT JOIN (SELECT user_id, list(number ORDER BY since, number) AS phones
  FROM has_phone JOIN phone USING (phone_id) GROUP BY 1) USING (user_id)
LEFT JOIN (SELECT user_id, max_by(employer_id, (since, employer_id)) AS employer_id
  FROM employed_by WHERE until IS NULL GROUP BY 1) USING (user_id)
LEFT JOIN (SELECT user_id, max_by(address_id, (since, address_id)) AS address_id
  FROM lives_at WHERE until IS NULL GROUP BY 1) USING (user_id)
LEFT JOIN (SELECT address_id, street, postal_code, city, state, country, latitude, longitude
  FROM address) USING (address_id)
LEFT JOIN (SELECT user_id, list('A' || account_id ORDER BY since, account_id) AS accounts
  FROM has_account GROUP BY 1) USING (user_id)
LEFT JOIN (SELECT user_id, list('D' || device_id ORDER BY first_seen, device_id) AS devices
  FROM uses_device GROUP BY 1) USING (user_id)
LEFT JOIN (SELECT user_id, list('Q' || issuer_id ORDER BY issuer_id) AS insider_of
  FROM insider_of GROUP BY 1) USING (user_id)""",
    "account_held": """
SELECT *, CASE WHEN user_id IS NOT NULL THEN 'person' WHEN merchant_id IS NOT NULL THEN 'merchant'
  WHEN employer_id IS NOT NULL THEN 'employer' WHEN type = 'internal' THEN 'bank'
  ELSE 'outside' END AS holder_type
FROM account
LEFT JOIN (SELECT account_id, min(user_id) FILTER (role = 'owner') AS user_id,
  list('U' || user_id ORDER BY since, user_id) AS holders FROM has_account GROUP BY 1)
  USING (account_id)
LEFT JOIN (SELECT account_id, min(merchant_id) AS merchant_id FROM merchant GROUP BY 1)
  USING (account_id)
LEFT JOIN (SELECT account_id, min(employer_id) AS employer_id FROM employer GROUP BY 1)
  USING (account_id)
LEFT JOIN (SELECT account_id, list('K' || card_id ORDER BY issued, card_id) AS cards
  FROM card GROUP BY 1) USING (account_id)
LEFT JOIN (SELECT bank_id, name AS bank_name, country AS bank_country FROM bank) USING (bank_id)""",
    "security_listed": """
FROM security
LEFT JOIN (SELECT issuer_id, name AS issuer_name, sector_id FROM issuer) USING (issuer_id)
LEFT JOIN (SELECT sector_id, name AS sector_name FROM sector) USING (sector_id)
LEFT JOIN (SELECT exchange_id, mic FROM exchange) USING (exchange_id)""",
}

_AFFLUENT = 100_000
"""Net income a year, in major units, from which a person is called affluent: our assumption."""

TABLES_BESIDE = {
    "account": "SELECT account_id AS account, type AS account_type, opened AS account_opened, "
    "risk_profile AS account_risk FROM account",
    "person": "SELECT user_id AS person, customer_since, CASE WHEN employment IN ('student', "
    f"'retired') THEN employment WHEN income >= {_AFFLUENT} THEN 'affluent' ELSE 'mass' END "
    'AS segment FROM "user"',
    "shop": "SELECT merchant_id AS shop, name AS shop_name, category AS shop_category, "
    "latitude || ',' || longitude AS shop_location FROM merchant",
    "paper": "SELECT security_id AS paper, name AS paper_name, type AS paper_type FROM security",
    # a person counts from the first session on, or as known when the world began
    "device_users": """
SELECT device_id AS used_device, since AS used_since,
  count(*) OVER (PARTITION BY device_id ORDER BY since)::INTEGER AS device_users
FROM (
  SELECT device_id, user_id, min(time) AS since FROM (
    SELECT device_id, user_id, time FROM session
    UNION ALL
    SELECT device_id, user_id, first_seen FROM uses_device
    WHERE first_seen < getvariable('start')) GROUP BY ALL)""",
}
"""What `--denormalise` adds: of what changes, since when it was so."""
