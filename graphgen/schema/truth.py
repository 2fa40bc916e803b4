"""Truth tables: what was planted, who belongs to it, and off which edge each event was walked."""

from __future__ import annotations

from graphgen.schema import words
from graphgen.schema.column import Column, Kind, Meaning, Schema

__all__ = ["TRUTH"]

_CASE_ID = Column("case_id", Meaning.REF, "The case.", "case")

TRUTH: tuple[Schema, ...] = (
    Schema(
        "case",
        Kind.TRUTH,
        "One planted instance of a pattern: of a crime, its honest look-alike, or an event.",
        (
            Column("case_id", Meaning.ID, "Key of the case."),
            Column("pattern", Meaning.TEXT, "The pattern.", repeats=True),
            Column("kind", Meaning.CATEGORY, "What it is.", values=words.CASE_KINDS),
            Column("is_fraud", Meaning.BOOL, "Whether it is a crime."),
            Column(
                "difficulty",
                Meaning.CATEGORY,
                "How well it was asked to hide.",
                values=words.DIFFICULTIES,
            ),
            Column(
                "start",
                Meaning.TIME,
                "When its first edge can fire; its session may begin minutes before.",
            ),
            Column(
                "end",
                Meaning.TIME,
                "When its last edge can fire; what has to clear is settled or returned days later.",
            ),
            Column(
                "loss_minor",
                Meaning.MONEY,
                "What victims and banks were robbed of by payments, settled; of a manipulated "
                "price, what victims paid above the one without the case.",
            ),
            Column("recovered_minor", Meaning.MONEY, "What of that came back."),
            Column(
                "sample_weight",
                Meaning.FLOAT,
                "How many cases of the real world it stands for, by the published rates.",
            ),
        ),
        letter="C",
    ),
    Schema(
        "member",
        Kind.TRUTH,
        "An entity that belongs to a case, and the part it plays.",
        (
            _CASE_ID,
            Column("entity", Meaning.CATEGORY, "The entity's table.", values=words.ENTITIES),
            Column("entity_id", Meaning.REF, "The entity.", "=entity"),
            Column("role", Meaning.TEXT, "The part it plays.", repeats=True),
        ),
    ),
    Schema(
        "event_label",
        Kind.TRUTH,
        "The edge that an event was walked off, and through it the case: the label, as a join.",
        (
            Column("event", Meaning.CATEGORY, "The event's table.", values=words.EVENTS),
            Column("event_id", Meaning.REF, "The event.", "=event", width="int64"),
            Column("edge", Meaning.CATEGORY, "The edge's table.", values=words.WALKED_EDGES),
            Column("edge_id", Meaning.INT, "The edge: its row in that table."),
            Column("case_id", Meaning.REF, "The edge's case.", "case", nullable=True),
            Column("is_fraud", Meaning.BOOL, "Whether the case is a crime."),
        ),
    ),
    Schema(
        "counterfactual",
        Kind.TRUTH,
        "What a security would have been traded at in a session without a case, where it is other.",
        (
            _CASE_ID,
            Column("security_id", Meaning.REF, "The security.", "security"),
            Column("time", Meaning.TIME, "When the session ended."),
            Column("open_minor", Meaning.MONEY, "First price, in minor units."),
            Column("high_minor", Meaning.MONEY, "Highest price."),
            Column("low_minor", Meaning.MONEY, "Lowest price."),
            Column("close_minor", Meaning.MONEY, "Last price."),
            Column("volume", Meaning.INT, "Shares (of a bond: units of 100).", width="int64"),
        ),
    ),
)
