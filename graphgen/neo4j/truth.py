"""The truth put into a loaded graph, and taken out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from graphgen.dataset import Dataset
from graphgen.neo4j.address import Address
from graphgen.neo4j.client import Client
from graphgen.neo4j.constraints import constraints, dropped
from graphgen.neo4j.database import Tell, truth_plan
from graphgen.neo4j.loading import Loader
from graphgen.neo4j.model import TRUTH
from graphgen.neo4j.note import Note, digest, notes
from graphgen.neo4j.projection import Projection
from graphgen.stage import StoreError

__all__ = ["add", "remove"]

_CASES = 100
"""Cases that one transaction takes out, with all that lead to them."""


def add(dataset: Path, url: str, tell: Tell = lambda *_: None) -> Mapping[str, int]:
    """Put the truth of a dataset into a graph of it; gives how many of what were sent.

    Nothing if it is there. A graph that another tool loaded takes it too. `StoreError` if members
    of cases are not in the database.
    """
    written = Dataset(dataset)
    with Client(Address.parse(url)) as client:
        projection = Projection(written)
        plan = truth_plan(projection)
        note = _note(client, written)
        if note and note.done != note.steps:
            raise StoreError(f"{client.address}: is not loaded whole; go on with that first")
        if note and note.truth_done is not None and note.truth_done == note.truth_steps:
            return {}
        client.define(constraints(TRUTH, "community"))
        loader = Loader(client, projection, note.load if note else written.digest(None))
        began = note.truth_done or 0 if note else 0
        if note:
            note = replace(note, truth_plan=digest(plan), truth_done=began, truth_steps=len(plan))
            note.save(client)

        def done(number: int) -> None:
            if note:
                replace(note, truth_done=number).save(client)

        # others may have put some of it there: what is known of is not made twice
        loader.run(plan, began, done, tell, merge=not note, begun=True)
        _all_there(client, loader, began)
    return dict(loader.rows)


def remove(dataset: Path, url: str) -> int:
    """Take the truth of a dataset out of a graph; gives how many cases that were.

    What is left has no label, type, property or constraint of it. (Neo4j itself never forgets the
    name of a property that was in use once: `db.propertyKeys()`.)
    """
    written = Dataset(dataset)
    removed = 0
    with Client(Address.parse(url)) as client:
        cases = [[f"C{case}"] for case in written["case"]["case_id"].to_pylist()]
        for first in range(0, len(cases), _CASES):
            some = cases[first : first + _CASES]
            text = "UNWIND $rows AS r MATCH (n:GroundTruth {caseId: r[0]}) RETURN count(n)"
            ((there,),) = client.ask(text, rows=some)
            if there:
                text = "UNWIND $rows AS r MATCH (n:GroundTruth {caseId: r[0]}) DETACH DELETE n"
                client.do(text, rows=some)
            removed += there
        if client.ask("MATCH (n:GroundTruth) RETURN count(n)") == [(0,)]:
            for statement in dropped(TRUTH):
                client.run(statement)
        note = _note(client, written)
        if note and note.truth_done is not None:
            replace(note, truth_plan=None, truth_done=None, truth_steps=None).save(client)
    return removed


def _note(client: Client, dataset: Dataset) -> Note | None:
    """Give the note of a dataset's load, with whatever home bank."""
    banks = [None, *dataset["bank"]["bank_id"].to_pylist()]
    known = {dataset.digest(bank) for bank in banks}
    return next((note for note in notes(client) if note.load in known), None)


def _all_there(client: Client, loader: Loader, began: int) -> None:
    """Raise `StoreError` if a member was not found, so that it was left out."""
    ((there,),) = client.ask("MATCH (:GroundTruth)<-[r:MEMBER_OF]-() RETURN count(r)")
    wanted = loader.rows["MEMBER_OF"]
    if not began and there < wanted:
        raise StoreError(
            f"{client.address}: {wanted - there:,} of {wanted:,} members of cases are not there: "
            "is it a graph of this dataset?"
        )
