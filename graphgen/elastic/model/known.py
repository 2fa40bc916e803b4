"""What stands beside events: tables made once, and joined to the rows of every day.

Columns of tables that documents are joined to only for `--denormalise` have names that no event
table has.
"""

from __future__ import annotations

__all__ = ["PARTED", "TABLES", "TABLES_BESIDE"]

TABLES = {
    "ip": "SELECT ip_id, address, country, asn FROM ip",
    "owner": "SELECT account_id, min(user_id) AS user_id FROM has_account "
    "WHERE role = 'owner' GROUP BY 1",
    "agent": "SELECT device_id, user_agent FROM device",
    "symbol": "SELECT security_id, symbol FROM security",
    "security_listed": """
FROM security
LEFT JOIN (SELECT issuer_id, name AS issuer_name, sector_id FROM issuer) USING (issuer_id)
LEFT JOIN (SELECT sector_id, name AS sector_name FROM sector) USING (sector_id)
LEFT JOIN (SELECT exchange_id, mic FROM exchange) USING (exchange_id)""",
}


def _listed(letter: str, column: str, edges: str, by: str, order: str, name: str) -> str:
    """Give the join with all ids of a column of edges for each id of another, in order."""
    return f"""
LEFT JOIN (SELECT {by}, list('{letter}' || {column} ORDER BY {order}, {column}) AS {name}
  FROM {edges} WHERE in_part({by}) GROUP BY 1) USING ({by})"""


def _last(column: str, edges: str) -> str:
    """Give the join with what a person's edge that still holds leads to: the newest of them."""
    return f"""
LEFT JOIN (SELECT user_id, max_by({column}, (since, {column})) AS {column}
  FROM {edges} WHERE until IS NULL AND in_part(user_id) GROUP BY 1) USING (user_id)"""


PARTED = {
    "user": (
        "user_id",
        'FROM (FROM "user" WHERE in_part(user_id))'
        + _listed("", "address", "has_email JOIN email USING (email_id)", "user_id", "since",
                  "emails")
        + _listed("", "number", "has_phone JOIN phone USING (phone_id)", "user_id", "since",
                  "phones")
        + _last("employer_id", "employed_by")
        + _last("address_id", "lives_at")
        + """
LEFT JOIN (SELECT address_id, street, postal_code, city, state, country, latitude, longitude
  FROM address) USING (address_id)"""
        + _listed("A", "account_id", "has_account", "user_id", "since", "accounts")
        + _listed("D", "device_id", "uses_device", "user_id", "first_seen", "devices")
        + _listed("Q", "issuer_id", "insider_of", "user_id", "since", "insider_of"),
    ),
    "account_held": (
        "account_id",
        """
SELECT *, CASE WHEN user_id IS NOT NULL THEN 'person' WHEN merchant_id IS NOT NULL THEN 'merchant'
  WHEN employer_id IS NOT NULL THEN 'employer' WHEN type = 'internal' THEN 'bank'
  ELSE 'outside' END AS holder_type
FROM (FROM account WHERE in_part(account_id))
LEFT JOIN known.owner USING (account_id)"""
        + _listed("U", "user_id", "has_account", "account_id", "since", "holders")
        + """
LEFT JOIN (SELECT account_id, min(merchant_id) AS merchant_id FROM merchant GROUP BY 1)
  USING (account_id)
LEFT JOIN (SELECT account_id, min(employer_id) AS employer_id FROM employer GROUP BY 1)
  USING (account_id)"""
        + _listed("K", "card_id", "card", "account_id", "issued", "cards")
        + """
LEFT JOIN (SELECT bank_id, name AS bank_name, country AS bank_country FROM bank) USING (bank_id)""",
    ),
    "device_used": (
        "device_id",
        "FROM (FROM device WHERE in_part(device_id))"
        + _listed("U", "user_id", "uses_device", "device_id", "first_seen", "users")
        + """
LEFT JOIN (SELECT device_id, min(first_seen) AS first FROM uses_device
  WHERE in_part(device_id) GROUP BY 1) USING (device_id)""",
    ),
    "ip_used": (
        "ip_id",
        "FROM (FROM ip WHERE in_part(ip_id))"
        + _listed("U", "user_id", "uses_ip", "ip_id", "first_seen", "users"),
    ),
}  # fmt: skip
"""Entities with lists beside them: a table's key, and the query of those whose key is `in_part`.

A list for each of many takes much memory at a time, so they are made part by part.
"""

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
