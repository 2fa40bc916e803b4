"""A database and a dataset: loading it, going on with a load, taking it out again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from graphgen.neo4j.client import Client
from graphgen.neo4j.constraints import constraints, dropped, indexes
from graphgen.neo4j.loading import Loader
from graphgen.neo4j.model import MODEL, TRUTH
from graphgen.neo4j.note import LABEL, Note, digest, notes
from graphgen.neo4j.projection import SPAN, Projection
from graphgen.neo4j.step import Step, plan
from graphgen.stage import StoreError

__all__ = ["Loading", "load", "refuse_foreign", "truth_plan"]

_DELETED = 10_000
"""Nodes that one transaction deletes: with their relationships, some megabytes of the server's."""
_ENDS_IN = 60
"""Seconds in which a stopped loader's last transaction has to have ended."""
_WIPING = "wiping"
Tell = Callable[[int, int, int], None]


@dataclass(frozen=True)
class Loading:
    """How a dataset is loaded."""

    merge: bool = False
    """Add to what is there."""
    wipe: bool = False
    """Delete first what graphgen has loaded."""
    connections: int = 1


def load(client: Client, projection: Projection, how: Loading, tell: Tell) -> Mapping[str, int]:
    """Load a dataset, or what is missing of it; gives how many of what were sent.

    Nothing where all of it is there. `StoreError` for a database that holds something else.
    """
    found = notes(client)
    if how.wipe:
        if not how.merge:
            refuse_foreign(client, found)
        _wipe(client, found)
        found = []
    load_id = projection.dataset.digest(projection.home_bank)
    seen = plan(projection, projection.observed, SPAN)
    planted = () if projection.blind else truth_plan(projection)
    note = next((each for each in found if each.load == load_id), None)
    resumed = note is not None
    if note is None:
        note = _new(client, load_id, seen, None if projection.blind else planted, how)
    else:
        _refuse_other(client, note, seen, blind=projection.blind)
        if note.finished:
            return {}
        _wait_for_others(client, load_id)
    client.define([*constraints(projection.model, "community"), *indexes()])
    note.save(client)
    loader = Loader(client, projection, load_id, how.connections)
    total = len(seen) + len(planted)

    def done(number: int) -> None:
        replace(note, done=number).save(client)

    def truth_done(number: int) -> None:
        replace(note, done=len(seen), truth_done=number).save(client)

    if note.done < len(seen):
        loader.run(
            seen,
            note.done,
            done,
            lambda n, _, rows: tell(n, total, rows),
            merge=note.merged,
            begun=resumed,
        )
    if planted:
        loader.run(
            planted,
            note.truth_done or 0,
            truth_done,
            lambda n, _, rows: tell(len(seen) + n, total, rows),
            merge=note.merged,
            # the truth may have been begun only if all before it was noted
            begun=resumed and note.done == len(seen),
        )
    return dict(loader.rows)


def truth_plan(projection: Projection) -> Sequence[Step]:
    """Give the steps of the truth: they come after all others."""
    return plan(projection, TRUTH, SPAN)


def refuse_foreign(client: Client, found: Sequence[Note]) -> None:
    """Raise `StoreError` if there is something in the database that no load brought."""
    ((there,),) = client.ask("MATCH (n) RETURN count(n)")
    ours = len(found)
    if found:
        ids = [each.load for each in found]
        text = "MATCH (n) WHERE n.loadId IN $loads RETURN count(n)"
        ((ours,),) = client.ask(text, loads=ids)
    if there > ours:
        raise StoreError(
            f"{client.address}: holds {there - ours:,} nodes that graphgen did not load; choose an "
            "empty database, or --merge to add to what is there"
        )


def _new(
    client: Client,
    load_id: str,
    seen: Sequence[Step],
    planted: Sequence[Step] | None,
    how: Loading,
) -> Note:
    """Give the note of a load that begins; `StoreError` if there is something already."""
    ((there,),) = client.ask("MATCH (n) RETURN count(n)")
    if there and not how.merge:
        raise StoreError(
            f"{client.address}: is not empty ({there:,} nodes); --merge adds to what is there, "
            "--wipe deletes what graphgen loaded"
        )
    note = Note(load_id, digest(seen), 0, len(seen), merged=bool(there))
    if planted is None:
        return note
    return replace(note, truth_plan=digest(planted), truth_done=0, truth_steps=len(planted))


def _refuse_other(client: Client, note: Note, seen: Sequence[Step], *, blind: bool) -> None:
    """Raise `StoreError` for a load of the same dataset that went another way."""
    if note.plan == _WIPING:
        raise StoreError(f"{client.address}: is being emptied; --wipe goes on with that")
    if note.plan != digest(seen):
        raise StoreError(
            f"{client.address}: was loaded by another version of graphgen, or with or without "
            "--derived; --wipe begins anew"
        )
    if blind and note.truth_done is not None:
        raise StoreError(
            f"{client.address}: holds this dataset with its truth; graphgen neo4j truth remove "
            "takes that out"
        )
    if not blind and note.truth_done is None:
        raise StoreError(
            f"{client.address}: holds this dataset without its truth; say --blind too, or add it "
            "with graphgen neo4j truth add"
        )


def _wait_for_others(client: Client, load_id: str) -> None:
    """Wait until the last transaction of a loader that was killed has ended."""
    text = "SHOW TRANSACTIONS YIELD metaData WHERE metaData.graphgen = $load RETURN count(*)"
    end = time.monotonic() + _ENDS_IN
    while client.ask(text, load=load_id) != [(0,)]:
        if time.monotonic() > end:
            raise StoreError(f"{client.address}: another process is loading this dataset")
        time.sleep(0.2)


def _wipe(client: Client, found: Sequence[Note]) -> None:
    """Delete what loads brought: the many before the hubs that they lead to."""
    for each in found:
        replace(each, plan=_WIPING).save(client)
    loads = [each.load for each in found]
    labels = [node.label for node in (MODEL + TRUTH).nodes]
    counts = {each: client.ask(f"MATCH (n:{each}) RETURN count(n)")[0][0] for each in labels}
    for label in sorted(labels, key=lambda each: -counts[each]):
        if found and counts[label]:
            client.run(
                f"MATCH (n:{label}) WHERE n.loadId IN $loads "
                f"CALL (n) {{ DETACH DELETE n }} IN TRANSACTIONS OF {_DELETED} ROWS",
                loads=loads,
            )
    for statement in dropped(TRUTH):
        client.run(statement)
    client.do(f"MATCH (n:{LABEL}) WHERE n.loadId IN $loads DELETE n", loads=loads)
