"""The crew: who makes the days. One process alone, or several that take days in turn.

A worker proposes a day alone, waits for its turn at the ledger, settles, lets the next one settle,
and writes its day's files. So at any time one process settles, in order, and everything else runs
side by side. The ledger's state between two days is a file, which is the checkpoint too.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from graphgen.day import DayMaker
from graphgen.ledger import Ledger, LedgerState
from graphgen.market.orders import Orders
from graphgen.memory import give_back
from graphgen.proposals import Payments
from graphgen.stage import Staged, Stager, StoreError

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.store import Store
    from graphgen.world import World

__all__ = ["Crew", "Made"]

_PATIENCE = 0.05
"""Seconds between two looks at whether the others are still alive."""
_FAREWELL = 0.5
"""Seconds that workers have to end before they are killed."""
_GIVE_BACK_ROWS = 1_000_000
"""Payments between two times that freed memory is given back: it costs some milliseconds."""


@dataclass(frozen=True)
class Made:
    """A day whose files are on disk, but not in their places yet."""

    day: int
    staged: list[list[Staged]]
    """For each store, its files."""
    checkpoints: list[Path]
    """For each store, the ledger's state after the day."""


@dataclass(frozen=True)
class _Task:
    """What a worker must know; it travels to a process that was spawned."""

    stagers: tuple[Stager, ...]
    inline: bool
    """Whether events carry their labels."""
    states: Path
    """The folder through which the ledger's state goes from day to day."""
    resumed: Path | None
    """The state to begin with, if not the opening balances."""
    first: int
    days: int


class Crew:
    """Makes the days of a graph for some stores, from `first` on."""

    def __init__(
        self, graph: Graph, stores: Sequence[Store], first: int, workers: int, method: str
    ) -> None:
        self._graph = graph
        behind = min(stores, key=lambda store: store.next_day)
        self._task = _Task(
            stagers=tuple(store.stager for store in stores),
            inline=stores[0].run.labels == "inline",
            states=stores[0].stager.folder,
            resumed=behind.checkpoint_path(first - 1) if first else None,
            first=first,
            days=graph.world.days,
        )
        self._processes: list[Any] = []
        if workers > 1 and first < graph.world.days:
            self._start(workers, method)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join(_FAREWELL)
            if process.is_alive():
                process.kill()
                process.join()

    def days(self) -> Iterator[Made]:
        """Yield the days in order, each as soon as it and all before it are made."""
        if not self._processes:
            yield from self._alone()
            return
        waiting: dict[int, Made] = {}
        for day in range(self._task.first, self._task.days):
            while day not in waiting:
                made = self._next()
                waiting[made.day] = made
            yield waiting.pop(day)

    def _alone(self) -> Iterator[Made]:
        task = self._task
        maker, ledger = DayMaker(self._graph), Ledger(self._graph)
        state = LedgerState.load(task.resumed) if task.resumed else ledger.start()
        made = _GIVE_BACK_ROWS
        for day in range(task.first, task.days):
            if made >= _GIVE_BACK_ROWS:
                give_back()
                made = 0
            proposed = maker.propose(day)
            booked = ledger.settle(state, day, proposed[Payments], proposed[Orders])
            tables = list(maker.tables(proposed, booked, inline=task.inline))
            made += len(booked)
            del proposed, booked  # a day is in memory once
            checkpoints = []
            for place, stager in enumerate(task.stagers):
                checkpoints.append(stager.folder / f"ledger-{day}-{place}.bin")
                state.save(checkpoints[-1])
            staged = [[s.stage(t, day) for t in tables] for s in task.stagers]
            del tables
            yield Made(day, staged, checkpoints)

    def _start(self, workers: int, method: str) -> None:
        context: Any = multiprocessing.get_context(method)
        self._made = context.Queue()
        self._turn = context.Condition()
        self._taken = context.Value("l", self._task.first, lock=False)
        self._settled = context.Value("l", self._task.first, lock=False)
        shared = (self._made, self._turn, self._taken, self._settled)
        known = _warmed_up(self._graph) if method == "fork" else self._graph.world
        for _ in range(min(workers, self._task.days - self._task.first)):
            process = context.Process(target=_work, args=(known, self._task, *shared), daemon=True)
            process.start()
            self._processes.append(process)

    def _next(self) -> Made:
        """Wait for a day, and see to it that those who make it are alive."""
        while True:
            try:
                made = self._made.get(timeout=_PATIENCE)
            except Empty:
                gone = [p.exitcode for p in self._processes if p.exitcode]
                if gone:
                    raise StoreError(
                        f"{self._task.states.parents[2]}: a worker process ended with {gone[0]}; "
                        "what is done is kept: go on with --resume"
                    ) from None
                continue
            if isinstance(made, Exception):
                raise made
            return made  # type: ignore[no-any-return]


_Tools = tuple[DayMaker, Ledger]


def _warmed_up(graph: Graph) -> _Tools:
    """Make what workers work with, and compile its loops, before several processes each do it."""
    maker, ledger = DayMaker(graph), Ledger(graph)
    proposed = maker.propose(0)
    for _ in maker.tables(
        proposed, ledger.settle(ledger.start(), 0, proposed[Payments], proposed[Orders])
    ):
        pass
    del proposed
    give_back()
    return maker, ledger


def _work(
    known: _Tools | World,
    task: _Task,
    made: Any,  # noqa: ANN401 - what multiprocessing shares is made by a context
    turn: Any,  # noqa: ANN401
    taken: Any,  # noqa: ANN401
    settled: Any,  # noqa: ANN401
) -> None:
    """Make days until there is none left, or nobody who wants them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    parent = os.getppid()
    _end_with_parent()
    try:
        if isinstance(known, tuple):
            maker, ledger = known
        else:
            graph = known.graph()
            maker, ledger = DayMaker(graph), Ledger(graph)
        while True:
            with turn:
                day = taken.value
                taken.value += 1
            if day >= task.days:
                return
            proposed = maker.propose(day)
            with turn:
                while settled.value != day:
                    turn.wait(_PATIENCE * 10)
                    if os.getppid() != parent:
                        return
            state = _state_before(task, ledger, day)
            booked = ledger.settle(state, day, proposed[Payments], proposed[Orders])
            checkpoints = _pass_on(task, state, day)
            with turn:
                settled.value = day + 1
                turn.notify_all()
            tables = list(maker.tables(proposed, booked, inline=task.inline))
            del proposed, booked
            staged = [[stager.stage(table, day) for table in tables] for stager in task.stagers]
            del tables
            made.put(Made(day, staged, checkpoints))
    except Exception as error:  # noqa: BLE001 - it is raised again, by the parent
        made.put(error)
        made.close()
        made.join_thread()


def _state_before(task: _Task, ledger: Ledger, day: int) -> LedgerState:
    if day > task.first:
        path = task.states / f"state-{day - 1}.bin"
        state = LedgerState.load(path)
        path.unlink()
        return state
    return LedgerState.load(task.resumed) if task.resumed else ledger.start()


def _pass_on(task: _Task, state: LedgerState, day: int) -> list[Path]:
    """Write the ledger's state for the next worker, and for each store's checkpoint."""
    path = task.states / f"state-{day}.bin"
    beside = path.with_suffix(".part")
    state.save(beside)
    checkpoints = []
    for place, stager in enumerate(task.stagers):
        checkpoints.append(stager.folder / f"ledger-{day}-{place}.bin")
        try:
            os.link(beside, checkpoints[-1])
        except OSError:  # another file system
            state.save(checkpoints[-1])
    beside.replace(path)
    return checkpoints


def _end_with_parent() -> None:
    """Ask Linux to end this process when its parent ends, however that happens."""
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)
