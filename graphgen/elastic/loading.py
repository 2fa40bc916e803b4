"""A cluster and a dataset: loading it, going on with a load, taking it out again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from graphgen.elastic import alerts, indices
from graphgen.elastic.client import Client
from graphgen.elastic.document import Document, Kind
from graphgen.elastic.layout import Layout
from graphgen.elastic.ndjson import pieces
from graphgen.elastic.note import Note
from graphgen.elastic.projection import Projection
from graphgen.elastic.sending import Senders
from graphgen.elastic.templates import component_templates, index_templates
from graphgen.memory import give_back
from graphgen.stage import StoreError

__all__ = ["Loading", "Step", "load", "plan", "refuse_other", "send"]

_EVENTS = 200_000
"""Events of a step, about: what a stopped load sends once more."""
_WIPING = "wiping"
Tell = Callable[[int, int, int], None]


@dataclass(frozen=True)
class Loading:
    """How a dataset is loaded."""

    wipe: bool = False
    """Delete first what graphgen has written."""
    senders: int = 2
    """How many processes send."""


@dataclass(frozen=True)
class Step:
    """Some kinds of documents, of some days."""

    documents: tuple[Document, ...]
    days: range | None = None
    """None: what is there from the start, or is known at the end."""


def plan(projection: Projection) -> list[Step]:
    """Give the steps of a load: entities, then events day after day, then the truth."""
    every = projection.layout.documents
    static = [each for each in every if not each.daily]
    daily = tuple(each for each in every if each.daily)
    made = [Step(tuple(each for each in static if each.kind is not Kind.TRUTH))]
    made += [Step(daily, span) for span in projection.days(_EVENTS)]
    truth = tuple(each for each in static if each.kind is Kind.TRUTH)
    return [*made, Step(truth)] if truth else made


def load(client: Client, projection: Projection, how: Loading, tell: Tell) -> Mapping[str, int]:
    """Load a dataset, or what is missing of it; gives how many documents of what were sent.

    Nothing where all of it is there. `StoreError` for a cluster that holds something else under
    these names.
    """
    layout = projection.layout
    note = Note.read(client, layout.prefix)
    if how.wipe:
        _wipe(client, layout, note)
        note = None
    indices.refuse_foreign(client, layout)
    steps = plan(projection)
    load_id = str(layout.meta["load"])
    if note is None:
        if indices.mappings(client, layout):
            raise StoreError(f"{client.address}: {_left(layout)}; --wipe deletes it")
        note = Note(load_id, _digest(layout, steps), 0, len(steps))
    else:
        refuse_other(client, layout, note, load_id, _digest(layout, steps))
    if note.finished:
        _refuse_missing(client, layout)
        return {}
    note.begin(client, layout.prefix)
    indices.make(client, layout)
    if not note.settings:
        note = replace(note, settings=indices.settings(client, layout))
        note.save(client, layout.prefix)
    indices.set_for_loading(client, layout)
    rows = _run(client, projection, steps, note, how.senders, tell)
    return dict(rows)


def _run(
    client: Client,
    projection: Projection,
    steps: Sequence[Step],
    note: Note,
    senders: int,
    tell: Tell,
) -> Counter[str]:
    """Do the steps that are not done; whatever happens, settings are put back if that can be."""
    prefix = projection.layout.prefix
    rows: Counter[str] = Counter()
    there = 0

    def taken(count: int) -> None:
        nonlocal there
        there += count
        tell(note.done, len(steps), there)

    try:
        with Senders(client, senders, taken) as sending:
            for number in range(note.done, len(steps)):
                send(projection, steps[number], sending, rows)
                note = note.with_done(number + 1)
                note.save(client, prefix)
                tell(note.done, len(steps), there)
    finally:
        if note.done < len(steps):
            client.patience = 0
        with suppress(*() if note.done == len(steps) else (StoreError,)):
            indices.put_back(client, note.settings)
            replace(note, settings={}).save(client, prefix)
    return rows


def send(projection: Projection, step: Step, sending: Senders, rows: Counter[str]) -> None:
    """Send the documents of a step, and wait until they are there."""
    if step.days is not None:
        projection.show(step.days)
    for document in step.documents:
        path = f"/{projection.layout.index(document)}"
        for lines, count in pieces(projection, document):
            sending.put(path, lines, count)
            rows[document.name] += count
    sending.drain()
    give_back()


def refuse_other(client: Client, layout: Layout, note: Note, load_id: str, wanted: str) -> None:
    """Raise `StoreError` for a load of something else, or of the same in another way."""
    if note.plan == _WIPING:
        raise StoreError(f"{client.address}: is being emptied; --wipe goes on with that")
    if note.load != load_id:
        raise StoreError(
            f"{client.address}: {layout.prefix}-* holds another dataset; choose another --prefix, "
            "or --wipe deletes what graphgen loaded"
        )
    if note.plan != wanted:
        raise StoreError(
            f"{client.address}: {layout.prefix}-* was loaded by another version of graphgen, or "
            "with other options (--blind, --data-stream, --denormalise, --semantic); --wipe begins "
            "anew"
        )


def _refuse_missing(client: Client, layout: Layout) -> None:
    """Raise `StoreError` if an index of a load that is whole has been deleted since."""
    there = {meta.get("document") for meta in indices.mappings(client, layout).values()}
    for document in layout.documents:
        if document.name not in there:
            raise StoreError(
                f"{client.address}: {layout.index(document)} was loaded and is not there any more; "
                "--wipe begins anew"
            )


def _wipe(client: Client, layout: Layout, note: Note | None) -> None:
    """Delete what a load brought, and alerts on it; the note goes last."""
    if note:
        replace(note, plan=_WIPING).save(client, layout.prefix)
    indices.remove(client, layout)
    alerts.remove(client, layout.prefix)
    client.ask("DELETE", f"/{Note.index(layout.prefix)}", allow=(404,))


def _left(layout: Layout) -> str:
    return f"there is something of an earlier load under {layout.prefix}-*, but no note of it"


def _digest(layout: Layout, steps: Sequence[Step]) -> str:
    """Give a digest of what is done, in what order: another one cannot go on with it."""
    told = {
        "templates": [component_templates(layout), index_templates(layout)],
        "steps": [[[each.name for each in step.documents], str(step.days)] for step in steps],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
