"""Devices, internet addresses, and the sessions that customers have over them."""

from __future__ import annotations

from graphgen.neo4j.element import End, Model, Node, Property, Relationship, Type
from graphgen.neo4j.model._first import with_first

__all__ = ["MODEL"]

_DATETIME, _LONG = Type.DATETIME, Type.LONG
_CREATED = Property("createdAt", "first", "When it was first used.", _DATETIME)


_DEVICE = Node(
    "Device",
    "A device that customers bank from.",
    with_first("device", "uses_device", "first_seen"),
    "device_id",
    ("deviceId",),
    (
        Property("deviceId", "'D' || device_id", "Key."),
        Property(
            "deviceType",
            "CASE type WHEN 'phone' THEN 'mobile' WHEN 'laptop' THEN 'desktop' ELSE type END",
            "mobile, tablet or desktop.",
        ),
        Property("userAgent", "user_agent", "What its browser or app calls itself."),
        Property("operatingSystem", "os", "Operating system and its version."),
        Property("fingerprint", "fingerprint", "Fingerprint, sixteen hexadecimal digits."),
        _CREATED,
    ),
    letter="D",
)
_IP = Node(
    "IP",
    "An address on the internet.",
    with_first("ip", "uses_ip", "first_seen"),
    "ip_id",
    ("ipAddress",),
    (
        Property("ipAddress", "address", "Key: the address."),
        Property("kind", "kind", "home, mobile, office, public, vpn or hosting."),
        _CREATED,
    ),
)
_ISP = Node(
    "ISP",
    "Who runs a network.",
    "(SELECT as_name, min(asn) AS asn FROM ip GROUP BY 1)",
    "as_name",
    ("name",),
    (
        Property("name", "as_name", "Key: its name (invented)."),
        Property("autonomousSystemNumber", "asn", "From a range for private use.", _LONG),
    ),
    id_is_key=True,
)
_LOCATION = Node(
    "Location",
    "Where internet addresses are, by their registration: a country.",
    "(SELECT DISTINCT country FROM ip)",
    "country",
    ("locationId",),
    (
        Property("locationId", "country", "Key: ISO 3166-1 alpha-2."),
        Property("country", "country", "ISO 3166-1 alpha-2."),
    ),
    id_is_key=True,
)
_VISITS = (
    "today.session LEFT JOIN (SELECT session_id, bool_or(type = 'sign_in') AS signed_in "
    "FROM today.action GROUP BY 1) USING (session_id)"
)
_SESSION = Node(
    "Session",
    "A customer's visit to the bank's app or site.",
    _VISITS,
    "session_id",
    ("sessionId",),
    (
        Property("sessionId", "'S' || session_id", "Key."),
        Property(
            "status",
            "CASE WHEN coalesce(signed_in, true) THEN 'success' ELSE 'failed' END",
            "success, or failed: nobody came to be signed in.",
        ),
        Property("createdAt", "time", "When it began.", _DATETIME),
        Property("durationMs", "duration_ms::BIGINT", "How long it lasted, ms.", _LONG),
    ),
    letter="S",
)

_USED_BY = Relationship(
    "USED_BY",
    "A device is used by a customer.",
    End("Device", "device_id"),
    End("Customer", "user_id"),
    "uses_device LEFT JOIN (SELECT user_id, device_id, max(time) AS last FROM session "
    "GROUP BY ALL) USING (user_id, device_id)",
    (
        Property("firstUsed", "first_seen", "From when.", _DATETIME),
        Property("lastUsed", "last", "When last, in the days that were walked.", _DATETIME),
    ),
)
_HAS_SESSION = Relationship(
    "HAS_SESSION",
    "A customer has a session.",
    End("Customer", "user_id"),
    End("Session", "session_id"),
    _VISITS,
)
_USES_IP = Relationship(
    "USES_IP",
    "A session comes from an internet address.",
    End("Session", "session_id"),
    End("IP", "ip_id"),
    _VISITS,
)
_USES_DEVICE = Relationship(
    "SESSION_USES_DEVICE",
    "A session comes from a device.",
    End("Session", "session_id"),
    End("Device", "device_id"),
    _VISITS,
)
_IS_ALLOCATED_TO = Relationship(
    "IS_ALLOCATED_TO",
    "Who runs the network of an internet address.",
    End("IP", "ip_id"),
    End("ISP", "as_name"),
    with_first("ip", "uses_ip", "first_seen"),
    (_CREATED,),
)
_IP_LOCATED_IN = Relationship(
    "LOCATED_IN",
    "Where an internet address is.",
    End("IP", "ip_id"),
    End("Location", "country"),
    with_first("ip", "uses_ip", "first_seen"),
    (_CREATED,),
)
_LOCATION_IN = Relationship(
    "LOCATED_IN",
    "The country of a location.",
    End("Location", "country"),
    End("Country", "country"),
    "(SELECT DISTINCT country FROM ip)",
)

MODEL = Model(
    (_DEVICE, _IP, _ISP, _LOCATION, _SESSION),
    (
        _USED_BY,
        _HAS_SESSION,
        _USES_IP,
        _USES_DEVICE,
        _IS_ALLOCATED_TO,
        _IP_LOCATED_IN,
        _LOCATION_IN,
    ),
)
