"""The truth as a subgraph of its own, that can be left out and taken out again."""

from __future__ import annotations

from graphgen.neo4j.element import End, Model, Node, Property, Relationship, Type

__all__ = ["MODEL", "TABLES"]

_DATETIME, _DOUBLE, _BOOLEAN = Type.DATETIME, Type.DOUBLE, Type.BOOLEAN

_CASE = Node(
    "GroundTruth",
    "A planted case: of a crime, its honest look-alike, or an event of the market.",
    '"case"',
    "case_id",
    ("caseId",),
    (
        Property("caseId", "'C' || case_id", "Key."),
        Property("pattern", "pattern", "The pattern."),
        Property("kind", "kind", "crime, lookalike or event."),
        Property("isFraud", "is_fraud", "Whether it is a crime.", _BOOLEAN),
        Property("difficulty", "difficulty", "How well it was asked to hide."),
        Property("startsAt", '"start"', "When it begins.", _DATETIME),
        Property("endsAt", '"end"', "When it ends.", _DATETIME),
        Property("loss", "loss::DOUBLE", "What was robbed, in major units.", _DOUBLE),
        Property("recovered", "recovered::DOUBLE", "What of that came back.", _DOUBLE),
        Property("sampleWeight", "sample_weight::DOUBLE", "Cases that it stands for.", _DOUBLE),
    ),
    letter="C",
    extends=True,
)

_ENTITIES = {
    "user": ("Customer", ""),
    "household": ("Household", ""),
    "employer": ("Counterparty", "E"),
    "merchant": ("Counterparty", "M"),
    "bank": ("Counterparty", "B"),
    "account": ("Account", ""),
    "card": ("Card", ""),
    "device": ("Device", ""),
    "ip": ("IP", ""),
    "email": ("Email", ""),
    "phone": ("Phone", ""),
    "address": ("Address", ""),
    "security": ("Security", ""),
}
"""The label of each kind of entity, and the letter before its digits where the id has one."""
TABLES = {
    "planted.event": "SELECT DISTINCT event, event_id, case_id, 'event' AS role "
    "FROM event_label WHERE case_id IS NOT NULL",
    "planted.payment": "SELECT payment_id, case_id, role, leg, rail, status FROM payment "
    "JOIN planted.event ON event = 'payment' AND event_id = payment_id",
}
"""Tables that the rows below are taken from, few among all events: they are read once."""
_EVENTS = {
    "Session": ("event_id", "session"),
    "Event": ("2 * event_id", "action"),
    "Order": ("event_id", "order"),
    "Trade": ("event_id", "trade"),
    "News": ("event_id", "news"),
    "Report": ("event_id", "report"),
}
"""The label of each kind of event, its id, and its table."""
_ROLE = Property("role", "role", "The part it plays; of what happens: event.")


def _member(label: str, id_: str, rows: str) -> Relationship:
    return Relationship(
        "MEMBER_OF",
        f"A node labelled {label} belongs to a case.",
        End(label, id_),
        End("GroundTruth", "case_id"),
        rows,
        (_ROLE,),
        key=("role",),
        extends=True,
    )


def _entities() -> tuple[Relationship, ...]:
    labels: dict[str, list[str]] = {}
    for kind, (label, _) in _ENTITIES.items():
        labels.setdefault(label, []).append(kind)
    return tuple(
        _member(
            label,
            _spelled(kinds),
            f"member WHERE entity IN ({', '.join(map(repr, kinds))})",
        )
        for label, kinds in labels.items()
    )


def _spelled(kinds: list[str]) -> str:
    """Give the expression of a member's id: digits, or with its letter where the label says so."""
    if not _ENTITIES[kinds[0]][1]:
        return "entity_id"
    cases = " ".join(f"WHEN '{kind}' THEN '{_ENTITIES[kind][1]}'" for kind in kinds)
    return f"CASE entity {cases} END || entity_id"


_PAID = {
    "Transaction": "leg IN ('original', 'fee', 'recovery') AND status = 'booked'",
    "DeclinedTransaction": "leg IN ('original', 'fee', 'recovery') AND status = 'declined'",
    "Movement": "rail IN ('cheque', 'batch') AND leg NOT IN ('fee', 'recovery')",
}
"""Which rows of `payment` are labelled what."""

MODEL = Model(
    (_CASE,),
    (
        *_entities(),
        *(
            _member(label, id_, f"planted.event WHERE event = '{event}'")
            for label, (id_, event) in _EVENTS.items()
        ),
        *(
            _member(label, "payment_id", f"planted.payment WHERE {which}")
            for label, which in _PAID.items()
        ),
    ),
)
