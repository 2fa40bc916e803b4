"""The truth, in indices of its own: it can be left out, and events say nothing of it."""

from __future__ import annotations

from graphgen.elastic.document import Document, Field, Kind, Type, dated, money
from graphgen.schema import SCHEMAS
from graphgen.schema.words import ENTITIES, EVENTS

__all__ = ["DOCUMENTS"]


def _spelled(column: str, tables: tuple[str, ...], id_: str) -> str:
    """Give the expression of an id whose table stands in a column."""
    cases = " ".join(f"WHEN '{table}' THEN '{SCHEMAS[table].letter}'" for table in tables)
    return f"CASE {column} {cases} END || {id_}"


_EVENT = _spelled("event", EVENTS, "event_id")
_ENTITY = _spelled("entity", ENTITIES, "entity_id")
_OF_CASE = (
    Field("case.pattern", "pattern", "The pattern."),
    Field("case.kind", "kind", "crime, lookalike or event."),
    Field("case.is_fraud", "is_fraud", "Whether it is a crime.", Type.BOOLEAN),
    Field("case.difficulty", "difficulty", "How well it was asked to hide: easy, medium, hard."),
)
_CASE_ID = Field("case.id", "case_id", "The case.", refers="case")
_CASE_OF = 'JOIN (SELECT case_id, pattern, kind, is_fraud, difficulty FROM "case") USING (case_id)'

DOCUMENTS = (
    Document(
        "truth-case",
        "A planted case: of a crime, its honest look-alike, or an event of the market.",
        Kind.TRUTH,
        '"case"',
        (
            Field("case.id", "case_id", "Key.", refers="case"),
            *_OF_CASE,
            dated("case.start", '"start"', "When it begins."),
            dated("case.end", '"end"', "When it ends."),
            *money("case.loss", "loss_minor", "What was robbed."),
            *money("case.recovered", "recovered_minor", "What of that came back."),
            Field("case.sample_weight", "sample_weight", "Cases of the real world that it stands "
                  "for.", Type.FLOAT),
        ),
    ),
    Document(
        "truth-member",
        "An entity that belongs to a case, and the part it plays.",
        Kind.TRUTH,
        f"(SELECT DISTINCT case_id, entity, entity_id, role FROM member) {_CASE_OF}",
        (
            Field("member.id", f"'C' || case_id || '-' || {_ENTITY} || '-' || role", "Key.",
                  free=True),
            Field("entity.type", "entity", "user, account, device, ip, merchant, ..."),
            Field("entity.id", _ENTITY, "The entity's id."),
            Field("member.role", "role", "The part it plays.", free=True),
            _CASE_ID,
            *_OF_CASE,
        ),
    ),
    Document(
        "truth-event",
        "An event that belongs to a case.",
        Kind.TRUTH,
        "(SELECT DISTINCT event, event_id, case_id FROM event_label WHERE case_id IS NOT NULL) "
        f"{_CASE_OF}",
        (
            Field("label.id", f"{_EVENT} || '-C' || case_id", "Key."),
            Field("event.id", _EVENT, "The event's id: to join by."),
            Field("label.dataset", "'graphgen.' || event", "The kind of event."),
            _CASE_ID,
            *_OF_CASE,
        ),
    ),
    Document(
        "truth-price",
        "What a security would have been traded at in a session without a case.",
        Kind.TRUTH,
        "counterfactual",
        (
            Field("counterfactual.id", "'C' || case_id || '-Y' || security_id || '-' || "
                  "epoch_ms(time)", "Key."),
            dated("counterfactual.time", "time", "When the session ended."),
            _CASE_ID,
            Field("security.id", "security_id", "The security.", refers="security"),
            *money("counterfactual.open", "open_minor", "First price."),
            *money("counterfactual.high", "high_minor", "Highest price."),
            *money("counterfactual.low", "low_minor", "Lowest price."),
            *money("counterfactual.close", "close_minor", "Last price."),
            Field("counterfactual.volume", "volume", "Shares (of a bond: units of 100).",
                  Type.LONG),
        ),
    ),
)  # fmt: skip
