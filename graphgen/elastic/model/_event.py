"""Fields that events have in common, by the Elastic Common Schema (ECS)."""

from __future__ import annotations

from graphgen.elastic.document import Field, Type, dated

__all__ = [
    "ACCOUNT",
    "DEVICE",
    "DEVICE_USERS",
    "DEVICE_USERS_JOIN",
    "LOCAL",
    "SECURITY",
    "SEGMENT",
    "SESSION",
    "SOURCE",
    "USER",
    "head",
]

USER = Field(
    "user.id", "user_id", "The person.", refers="user", copies=("related.user",)
)  # fmt: skip
ACCOUNT = Field(
    "account.id", "account_id", "The account.", refers="account", copies=("related.account",)
)
DEVICE = Field("device.id", "device_id", "The device.", refers="device")
SESSION = Field("session.id", "session_id", "The bank session.", refers="session")
SECURITY = (
    Field("security.id", "security_id", "The security.", refers="security"),
    Field("security.symbol", "symbol", "Its ticker.", free=True),
)
SOURCE = (
    Field(
        "source.ip", "address", "The internet address.", Type.IP, copies=("related.ip",)
    ),
    Field("source.geo.country_iso_code", "country", "Its country: ISO 3166-1 alpha-2."),
    Field("source.as.number", "asn", "Its network, from a range for private use.", Type.LONG),
)  # fmt: skip
"""Over rows that are joined with `known.ip`."""
LOCAL = (
    Field("local.utc_offset", "utc_offset", "Minutes the local clock is ahead of UTC.", Type.SHORT),
    Field(
        "local.hour",
        "(((epoch_ms(time) // 60000 + utc_offset) // 60) % 24)::SMALLINT",
        "Hour of the day there, 0 to 23.",
        Type.SHORT,
    ),
    Field(
        "local.weekday",
        "(((epoch_ms(time) // 60000 + utc_offset) // 1440 + 3) % 7 + 1)::SMALLINT",
        "Day of the week there: 1 is Monday.",
        Type.SHORT,
    ),
)
"""Over rows with `time` and `utc_offset`."""
SEGMENT = Field("user.segment", "segment", "student, retired, affluent or mass: of the person.")
"""Over rows that are joined with `known.person`."""
DEVICE_USERS = Field(
    "device.users", "device_users", "How many people had used the device by then.", Type.INTEGER
)
DEVICE_USERS_JOIN = (
    "ASOF LEFT JOIN known.device_users ON used_device = device_id AND used_since <= time"
)


def those(table: str, key: str, rows: str, column: str = "") -> str:
    """Give what is known of those alone that rows name: memory holds no others."""
    return f"(FROM {table} WHERE {key} IN (SELECT {column or key} FROM {rows}))"


def head(table: str, doc: str, **constants: str) -> tuple[Field, ...]:
    """Give the fields that begin an event's document; `event.*` that every one of them has."""
    return (
        Field(f"{table}.id", f"{table}_id", "Key.", refers=table),
        dated("@timestamp", "time", doc),
        Field("event.kind", "", "As ECS has it.", constant="event"),
        Field("event.dataset", "", "The kind of document.", constant=f"graphgen.{table}"),
        *(
            Field(f"event.{name}", "", "As ECS has it.", constant=value)
            for name, value in constants.items()
        ),
    )
