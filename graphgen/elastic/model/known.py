"""What stands beside events: tables made once, and joined to the rows of every day.

Columns of tables that documents are joined to only for `--denormalise` have names that no event
table has.
"""

from __future__ import annotations

__all__ = ["PARTED", "PARTS", "TABLES", "TABLES_BESIDE", "WORDS"]

WORDS = {"agents": ("user_agent", "device"), "countries": ("country", "ip")}
"""Words that many rows share, each a type: its name, and the column and table that it is of."""

TABLES = {
    "ip": "SELECT ip_id, address, country::countries AS country, asn FROM ip",
    "owner": "SELECT account_id, min(user_id) AS user_id FROM has_account "
    "WHERE role = 'owner' GROUP BY 1 ORDER BY 1",
    "agent": "SELECT device_id, user_agent::agents AS user_agent FROM device",
    "symbol": "SELECT security_id, symbol FROM security",
    "security_listed": """
FROM security
LEFT JOIN (SELECT issuer_id, name AS issuer_name, sector_id FROM issuer) USING (issuer_id)
LEFT JOIN (SELECT sector_id, name AS sector_name FROM sector) USING (sector_id)
LEFT JOIN (SELECT exchange_id, mic FROM exchange) USING (exchange_id)""",
}
"""What is joined to events, and to entities without lists."""


def _newest(column: str, edges: str) -> str:
    """Give the query of what each person's edge that still holds leads to: the newest of them."""
    return (
        f"SELECT user_id, max_by({column}, (since, {column})) AS {column} FROM {edges} "
        "WHERE until IS NULL GROUP BY 1"
    )


def _items(by: str, **lists: tuple[str, str, str]) -> str:
    """Give the query of the items of an entity's lists: each list's value, order, and rows."""
    parts = (
        f"SELECT {by}, '{name}' AS list, {order}::TIMESTAMPTZ AS since, {value} AS item FROM {rows}"
        for name, (value, order, rows) in lists.items()
    )
    return f"FROM ({' UNION ALL '.join(parts)}) ORDER BY {by}"


PARTS = {
    "person": 'FROM "user"',
    "account": "FROM account",
    "device": "FROM device",
    "ip": "FROM ip",
    "user_item": _items(
        "user_id",
        emails=("address", "since", "has_email JOIN email USING (email_id)"),
        phones=("number", "since", "has_phone JOIN phone USING (phone_id)"),
        accounts=("'A' || account_id", "since", "has_account"),
        devices=("'D' || device_id", "first_seen", "uses_device"),
        insider_of=("'Q' || issuer_id", "since", "insider_of"),
    ),
    "account_item": _items(
        "account_id",
        holders=("'U' || user_id", "since", "has_account"),
        cards=("'K' || card_id", "issued", "card"),
    ),
    "device_item": _items("device_id", users=("'U' || user_id", "first_seen", "uses_device")),
    "ip_item": _items("ip_id", users=("'U' || user_id", "first_seen", "uses_ip")),
    "job": f"{_newest('employer_id', 'employed_by')} ORDER BY 1",
    "home": "SELECT user_id, address_id, street, postal_code, city, state, country, latitude, "
    f"longitude FROM ({_newest('address_id', 'lives_at')}) JOIN address USING (address_id) "
    "ORDER BY 1",
    "shop": "SELECT account_id, min(merchant_id) AS merchant_id FROM merchant GROUP BY 1 "
    "ORDER BY 1",
    "works": "SELECT account_id, min(employer_id) AS employer_id FROM employer GROUP BY 1 "
    "ORDER BY 1",
}
"""What entities and their lists are made of, in the order of their ids: so a part of it is found
without a look at the rest. They lie in a schema of their own."""


def _part(table: str, by: str) -> str:
    return f"(FROM known.parts.{table} WHERE in_part({by}))"


def _lists(table: str, *names: str) -> str:
    """Give the join with an entity's lists, each in order: one aggregation makes them all."""
    by = f"{table}_id"
    made = "".join(
        f", list(item ORDER BY since, item) FILTER (list = '{name}') AS {name}" for name in names
    )
    return (
        f" LEFT JOIN (SELECT {by}, min(since) AS first{made} "
        f"FROM {_part(f'{table}_item', by)} GROUP BY 1) USING ({by})"
    )


PARTED = {
    "user": f"FROM {_part('person', 'user_id')}"
    + _lists("user", "emails", "phones", "accounts", "devices", "insider_of")
    + f" LEFT JOIN {_part('job', 'user_id')} USING (user_id)"
    + f" LEFT JOIN {_part('home', 'user_id')} USING (user_id)",
    "account": "SELECT *, CASE WHEN user_id IS NOT NULL THEN 'person' "
    "WHEN merchant_id IS NOT NULL THEN 'merchant' WHEN employer_id IS NOT NULL THEN 'employer' "
    "WHEN type = 'internal' THEN 'bank' ELSE 'outside' END AS holder_type "
    f"FROM {_part('account', 'account_id')}"
    + _lists("account", "holders", "cards")
    + f" LEFT JOIN {_part('shop', 'account_id')} USING (account_id)"
    + f" LEFT JOIN {_part('works', 'account_id')} USING (account_id)"
    + " LEFT JOIN (FROM known.owner WHERE in_part(account_id)) USING (account_id)"
    + " LEFT JOIN (SELECT bank_id, name AS bank_name, country AS bank_country FROM bank) "
    "USING (bank_id)",
    "device": f"FROM {_part('device', 'device_id')}" + _lists("device", "users"),
    "ip": f"FROM {_part('ip', 'ip_id')}" + _lists("ip", "users"),
}
"""Entities with lists beside them, by the name of their table: those whose key is `in_part`.

Many lists at a time take much memory, so they are made when they are read, part by part.
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
