"""Loading: the steps of a plan, one after the other, each over several connections at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graphgen.neo4j.batches import BATCH, Batch, batches
from graphgen.neo4j.client import Client
from graphgen.neo4j.element import Node
from graphgen.neo4j.note import EVERY
from graphgen.neo4j.parting import cell_of, wave_of
from graphgen.neo4j.projection import Projection
from graphgen.neo4j.step import Step
from graphgen.stage import StoreError

if TYPE_CHECKING:
    from neo4j import Session

__all__ = ["Loader"]

_HELD = 8 * BATCH
"""Rows that wait to be sent with others of their wave, at most."""


@dataclass
class Loader:
    """Sends the rows of steps to a database."""

    client: Client
    projection: Projection
    load: str
    """What its nodes are marked with."""
    connections: int = 1
    batch: int = BATCH
    rows: Counter[str] = field(default_factory=Counter)
    """How many nodes of each label and relationships of each type were sent."""

    def run(
        self,
        plan: Sequence[Step],
        first: int,
        note: Callable[[int], None],
        tell: Callable[[int, int, int], None],
        *,
        merge: bool,
        begun: bool,
    ) -> None:
        """Do the steps from `first` on.

        `merge` says whether what they make may be there already, `begun` whether that of the steps
        up to the next note may. `note` hears how many are done, `tell` how many of how many, and
        the rows.
        """
        with ExitStack() as opened:
            pool = opened.enter_context(ThreadPoolExecutor(self.connections))
            sessions = [
                opened.enter_context(self.client.session()) for _ in range(self.connections)
            ]
            waiting, shown = 0, None
            for number in range(first, len(plan)):
                step = plan[number]
                if step.days is not None and step.days != shown:
                    self.projection.show(step.days)
                    shown = step.days
                waiting += self._step(step, merge or begun, pool, sessions)
                if waiting >= EVERY:
                    note(number + 1)
                    waiting, begun = 0, False
                tell(number + 1, len(plan), self.rows.total())
            note(len(plan))

    def _step(
        self,
        step: Step,
        merge: bool,  # noqa: FBT001 - passed on as it came
        pool: ThreadPoolExecutor,
        sessions: Sequence[Session],
    ) -> int:
        """Do one step; gives its rows. While a wave is under way the next one is read."""
        texts: dict[str | None, str] = {}
        under_way: list[Future[None]] = []

        def send(wave: dict[int, list[Batch]]) -> None:
            for each in under_way:
                each.result()
            under_way.clear()
            for number, some in wave.items():
                task = (sessions[number], step, texts, some, merge)
                under_way.append(pool.submit(self._send, *task))

        wave: dict[int, list[Batch]] = {}
        last, held, sent = -1, 0, 0
        turn = 0
        try:
            for batch in batches(self.projection, step, self.connections, self.batch):
                if batch.second not in texts:
                    texts[batch.second] = step.statement(batch.second, merge=merge)
                if wave_of(batch.place) != last or held >= _HELD:
                    send(wave)
                    wave, held, last = {}, 0, wave_of(batch.place)
                number = cell_of(batch.place)
                if not step.ends:  # new nodes alone: no connection is in another's way
                    number, turn = turn, turn + 1
                wave.setdefault(number % self.connections, []).append(batch)
                held += len(batch)
                sent += len(batch)
            send(wave)
            send({})
        finally:
            for each in under_way:
                each.cancel()
        for name in _names(step):
            self.rows[name] += sent
        return sent

    def _send(
        self,
        session: Session,
        step: Step,
        texts: dict[str | None, str],
        some: Sequence[Batch],
        merge: bool,  # noqa: FBT001
    ) -> None:
        """Send batches over one connection, one after the other."""
        new_nodes = isinstance(step.element, Node)
        more = {"load": self.load} if new_nodes else {}
        for batch in some:
            values = {**batch.values(), **more}
            made = self.client.write(session, texts[batch.second], values, self.load)
            count = len(batch)
            wanted = (count, count * len(step.carried)) if new_nodes else (0, count)
            if not merge and made != wanted:
                raise StoreError(
                    f"{self.client.address}: {step.element.name}: {count:,} rows made {made[0]:,} "
                    f"nodes and {made[1]:,} relationships: ends are missing in the database"
                )


def _names(step: Step) -> list[str]:
    """Name what a row of a step makes: a label, types of relationships."""
    if isinstance(step.element, Node):
        return [step.element.label, *(each.type for each in step.carried)]
    return [step.element.type]
