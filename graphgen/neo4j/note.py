"""What a database knows of a load: a node that says which steps of it are done.

It is written after the last transaction of a step has been committed, whenever `EVERY` rows have
been sent since it was written last. So of a load that was stopped at any moment all steps that it
says are done are there whole, those up to the next time perhaps in part, and none after: which
these are depends on the dataset alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from graphgen.neo4j.client import Client
from graphgen.neo4j.step import Step

__all__ = ["EVERY", "LABEL", "Note", "digest", "notes"]

EVERY = 25_000
"""Rows of whole steps between two notes: a note costs as much as a thousand rows or two."""

LABEL = "GraphgenLoad"
"""The label of the node; every node that was loaded has its `loadId`."""


@dataclass(frozen=True)
class Note:
    """A load, as its database tells of it."""

    load: str
    """Which dataset with which home bank: a digest's first digits."""
    plan: str
    """What its steps are."""
    done: int = 0
    """How many of them are done, of what can be observed."""
    steps: int = 0
    truth_plan: str | None = None
    truth_done: int | None = None
    """How many of the truth's; none where the truth is left out."""
    truth_steps: int | None = None
    merged: bool = False
    """Whether there was something else in the database before."""

    @property
    def finished(self) -> bool:
        """Whether all that was begun is done."""
        return self.done == self.steps and self.truth_done == self.truth_steps

    def save(self, client: Client) -> None:
        """Write it into the database."""
        client.do(
            f"MERGE (n:{LABEL} {{loadId: $load}}) SET n.plan = $plan, n.done = $done, "
            "n.steps = $steps, n.truthPlan = $truth_plan, n.truthDone = $truth_done, "
            "n.truthSteps = $truth_steps, n.merged = $merged",
            **self.__dict__,
        )


def digest(steps: Sequence[Step]) -> str:
    """Give a digest of what steps do, in what order, noted when: another cannot go on with it."""
    told = hashlib.sha256(f"{EVERY}\n".encode())
    for step in steps:
        told.update(f"{step.element.name} {step.days}\n".encode())
        told.update(step.statement(None, merge=False).encode())
    return told.hexdigest()[:16]


def notes(client: Client) -> list[Note]:
    """Read what loads a database knows of."""
    found = client.ask(
        f"MATCH (n:{LABEL}) RETURN n.loadId, n.plan, n.done, n.steps, n.truthPlan, n.truthDone, "
        "n.truthSteps, n.merged ORDER BY n.loadId"
    )
    return [Note(*row) for row in found]
