"""Generating: a world's tables, in the order in which sinks take them, and written into folders."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from graphgen.exporter import DatasetExporter, Exporter, FileExporter, TableExporter
from graphgen.losses import with_losses
from graphgen.market.tape import counterfactual
from graphgen.memory import give_back
from graphgen.publish import edges, nodes, public, public_pieces, recipes
from graphgen.registry import EXPORTERS
from graphgen.run_record import Labels, Run, exporter_name, read_run, run_of
from graphgen.schema import RECIPES
from graphgen.store import Store, StoreError, check, tidied

if TYPE_CHECKING:
    from graphgen.crew import Made
    from graphgen.graph import Graph
    from graphgen.table import Array, Table
    from graphgen.world import World

__all__ = ["Interrupted", "Progress", "StartMethod", "Summary", "generate", "load", "tables"]

StartMethod = Literal["fork", "spawn"]
"""How worker processes begin: with the graph that is there, or by growing it again."""

_USUAL = "parquet"
"""What a dataset is written as that only a store reads."""
_EVENTS_A_USER = 7
"""Events a user and day, for the estimate of disk space; measured at the defaults."""
_BYTES_AN_EVENT = {".parquet": 25, ".csv": 160, ".jsonl": 420}


class Interrupted(Exception):  # noqa: N818 - a person's wish, not an error
    """Somebody stopped it; the message says how to go on."""


@dataclass(frozen=True)
class Progress:
    """How far it is."""

    stage: Literal["graph", "nodes", "events", "truth", "loading", "moving", "features"]
    done: int
    """Days that are committed, or whose features are; of a store, its steps; of what is moved, its
    files."""
    total: int
    rows: int
    """Rows of events that are committed in each folder; of a store, its rows."""


@dataclass(frozen=True)
class Summary:
    """What was written."""

    rows: Mapping[str, int]
    """Rows by table, of one sink."""
    folders: tuple[str, ...]


def tables(world: World) -> Iterator[Table]:
    """Yield nodes, edges, days of events with their labels, and truth: all rows public."""
    from graphgen.day import DayMaker
    from graphgen.ledger import Ledger
    from graphgen.market.orders import Orders
    from graphgen.proposals import Payments

    graph = world.graph()
    yield from nodes(graph)
    yield from edges(graph)
    maker, ledger = DayMaker(graph), Ledger(graph)
    state = ledger.start()
    for day in range(world.days):
        proposed = maker.propose(day)
        yield from maker.tables(
            proposed, ledger.settle(state, day, proposed[Payments], proposed[Orders])
        )
    yield _cases(graph, state.loss)
    yield public(graph, "member")
    yield public(graph, "counterfactual", counterfactual(graph))
    yield from recipes(graph)


def generate(
    world: World,
    sinks: Sequence[Exporter],
    *,
    workers: int = 1,
    resume: bool = False,
    force: bool = False,
    command: str = "",
    labels: Labels = "apart",
    start_method: StartMethod = "fork",
    on_progress: Callable[[Progress], None] | None = None,
) -> Summary:
    """Write a world into its sinks.

    Folders of files are written together, day by day, by as many worker processes as asked; a run
    that ends early can be gone on with. Sinks that take a dataset take the first of these folders;
    without one, a Parquet dataset among temporary files, which is removed. Others take the tables
    as they come.

    Raises `StoreError` for a folder that cannot be written, `ValueError` for a world that cannot be
    grown, or for both of `resume` and `force`, and `Interrupted` on Ctrl-C, after which the folders
    are valid parts.
    """
    if resume and force:
        raise ValueError("resume goes on with what is there, force replaces it: choose one")
    tell = on_progress or (lambda _: None)
    folders = [sink for sink in sinks if isinstance(sink, FileExporter)]
    stores = [sink for sink in sinks if isinstance(sink, DatasetExporter)]
    if resume and stores and not folders:
        raise ValueError(
            f"{stores[0].target}: only a dataset can be gone on with; write one, then load it"
        )
    for store in stores:
        store.check(force=force)
    rows: dict[str, int] = {}
    with ExitStack() as opened:
        read = folders
        if stores and not folders:
            scratch = opened.enter_context(tempfile.TemporaryDirectory(prefix="graphgen-"))
            read = [EXPORTERS.load(_USUAL, FileExporter)(f"{scratch}/world")]
        if read:
            rows = _into_folders(
                world, read, workers, start_method, resume, force, command, labels, tell
            )
        for store in stores:
            load(Path(read[0].target), store, force=force, on_progress=on_progress)
    for sink in sinks:
        if isinstance(sink, TableExporter) and not isinstance(sink, FileExporter):
            counted: Counter[str] = Counter()
            sink.write(_counted(tables(world), counted))
            rows = dict(counted)
    return Summary(rows, tuple(folder.target for folder in folders))


def load(
    folder: Path,
    store: DatasetExporter,
    *,
    force: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> Mapping[str, int]:
    """Hand a written dataset to a sink that takes one; gives its rows, by what they are.

    Raises `DatasetError` for a folder that is none, or not finished, and what the sink raises.
    """
    from graphgen.dataset import Dataset

    tell = on_progress or (lambda _: None)
    dataset = Dataset(folder)
    dataset.files("user")  # an unfinished one is told before a store is touched
    tell(Progress("loading", 0, len(dataset.days), 0))
    return store.load(dataset, force=force, tell=lambda *told: tell(Progress("loading", *told)))


def _into_folders(
    world: World,
    folders: Sequence[FileExporter],
    workers: int,
    start_method: StartMethod,
    resume: bool,  # noqa: FBT001 - passed on as it came
    force: bool,  # noqa: FBT001
    command: str,
    labels: Labels,
    tell: Callable[[Progress], None],
) -> dict[str, int]:
    from graphgen.crew import Crew

    stores: list[Store] = []
    try:
        with ExitStack() as opened:
            tell(Progress("graph", 0, world.days, 0))
            left = [f for f in folders if not (resume and _is_done(world, f, labels))]
            if not left:
                return dict((read_run(Path(folders[0].target)) or {})["tables"])
            new = [f for f in left if not (resume and read_run(Path(f.target)))]
            # what cannot be gone on with, or written, is told before a large world is grown
            stores = [
                opened.enter_context(_resumed(world, f, labels)) for f in left if f not in new
            ]
            for folder in new:
                check(folder.target, force=force, need_bytes=_need(world, folder))
            graph = world.graph()
            give_back()
            run = run_of_world(world, command, labels)
            for store in _begun(run, new, force=force, need=partial(_need, world)):
                stores.append(opened.enter_context(store))
            first = min(store.next_day for store in stores)
            with Crew(graph, stores, first, workers, start_method) as crew:
                tell(Progress("nodes", first, world.days, _rows(stores[0])))
                for store in stores:
                    _write_whole(store, graph)
                give_back()
                for made in crew.days():
                    _commit(stores, made)
                    tell(Progress("events", made.day + 1, world.days, _rows(stores[0])))
            tell(Progress("truth", world.days, world.days, _rows(stores[0])))
            for store in stores:
                _write_cases(store, graph)
            content = [store.finish() for store in stores]
            return dict(content[0]["tables"])
    except (KeyboardInterrupt, SystemError) as stop:
        if not _is_interrupt(stop):
            raise
        where = ", ".join(folder.target for folder in folders)
        days = min((store.next_day for store in stores), default=0)
        call = f"{command} --resume" if command else "the same call, and resume=True"
        on = f"go on with: {call}" if stores else "nothing is written"
        raise Interrupted(f"{where}: stopped after {days} of {world.days} days; {on}") from None


def _is_interrupt(error: BaseException | None) -> bool:
    """Say whether an error is a Ctrl-C, or came of one, as it does in compiled code."""
    if error is None or isinstance(error, KeyboardInterrupt):
        return error is not None
    return _is_interrupt(error.__cause__) or _is_interrupt(error.__context__)


def run_of_world(world: World, command: str, labels: Labels) -> Run:
    """Say what is known of a run before it begins."""
    from graphgen.config import world_to_dict

    return Run(world_to_dict(world), world.seed, world.start, world.days, command, labels)


def _is_done(world: World, folder: FileExporter, labels: Labels) -> bool:
    """Say whether a folder holds this very dataset, whole."""
    tidied(folder.target)
    content = read_run(Path(folder.target))
    if content is None or not content["complete"]:
        return False
    other = _other_than(run_of(content), run_of_world(world, "", labels))
    form = (content["exporter"], content["ids"]) != (exporter_name(folder), folder.ids)
    if other or form:
        told = other or f"written as {content['exporter']} with ids as {content['ids']}"
        raise StoreError(f"{folder.target}: holds a whole dataset, {told}; --force replaces it")
    return True


def _begun(
    run: Run, folders: Sequence[FileExporter], *, force: bool, need: Callable[..., int]
) -> list[Store]:
    """Begin datasets in all of these folders, or in none."""
    stores: list[Store] = []
    try:
        for folder in folders:
            bytes_ = need(folder)
            store = Store.create(folder.target, folder, run, force=force, need_bytes=bytes_)
            stores.append(store)
    except BaseException:
        for store in stores:
            store.undo()
        raise
    return stores


def _resumed(world: World, folder: FileExporter, labels: Labels) -> Store:
    store = Store.resume(folder.target, folder)
    other = _other_than(store.run, run_of_world(world, "", labels))
    if other:
        store.close()
        raise StoreError(f"{folder.target}: {other}; give the same to go on")
    return store


def _other_than(was: Run, now: Run) -> str:
    """Say in what a run that has been begun is another than the one that is asked for."""
    if was.labels != now.labels:
        return f"begun with labels {was.labels}, not {now.labels}"
    for key in sorted({*was.world, *now.world}):
        one, other = was.world.get(key), now.world.get(key)
        if one != other:
            told = "" if isinstance(one, dict | list) else f" ({one}, not {other})"
            return f"begun as another world: {key} differs{told}"
    return ""


def _need(world: World, folder: FileExporter) -> int:
    events = world.users * world.days * _EVENTS_A_USER * world.activity
    return int(events * _BYTES_AN_EVENT.get(folder.suffix, 200))


def _rows(store: Store) -> int:
    return sum(file.rows for path, file in store.committed.items() if path.startswith("events/"))


def _write_whole(store: Store, graph: Graph) -> None:
    """Write the tables that have no days, unless an earlier run did."""
    if any(path.startswith("nodes/") for path in store.committed):
        return
    staged = [store.stage(table) for table in chain(nodes(graph), edges(graph))]
    staged.append(store.stage(public(graph, "member")))
    staged.append(store.stage(public(graph, "counterfactual", counterfactual(graph))))
    staged += [store.stage_pieces(public_pieces(graph, recipe.name)) for recipe in RECIPES]
    store.commit(staged)


def _commit(stores: Sequence[Store], made: Made) -> None:
    for store, files, checkpoint in zip(stores, made.staged, made.checkpoints, strict=True):
        if store.next_day == made.day:  # one that was ahead of the others has the day
            store.commit(files, made.day, checkpoint)


def _write_cases(store: Store, graph: Graph) -> None:
    """Write the cases, once the ledger knows what they cost; unless an earlier run did."""
    from graphgen.ledger import Ledger, LedgerState

    if any(Path(path).stem == "case" for path in store.committed):
        return
    last = store.checkpoint_path(store.next_day - 1)
    state = LedgerState.load(last) if store.next_day else Ledger(graph).start()
    store.commit([store.stage(_cases(graph, state.loss))])


def _cases(graph: Graph, loss: Array) -> Table:
    return public(graph, "case", with_losses(graph["case"], loss))


def _counted(stream: Iterator[Table], rows: Counter[str]) -> Iterator[Table]:
    for table in stream:
        rows[table.name] += len(table)
        yield table
