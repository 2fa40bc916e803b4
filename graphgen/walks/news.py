"""News: the press writes about firms, sectors and the market; firms report, analysts take notes.

`publishes` edges fire at their rates, on days without a session a quarter as often; earnings when a
firm reports, a piece on a move when there has been one, one on the market after each session. How
good a piece's news is, the tape says: by what the price does then; errands bring their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from graphgen.firing import Errands, SectionRates
from graphgen.market.listing import listing
from graphgen.market.stories import Stories
from graphgen.market.tape import tape
from graphgen.proposals import Columns, SectionDay
from graphgen.public_day import PublicDay, Rows
from graphgen.schedule import BY_RATE
from graphgen.schema import SCHEMAS, words
from graphgen.section import Draws, Section
from graphgen.table import Array, Table
from graphgen.walk import Ground, Today, Walk
from graphgen.world import DAY_MS

__all__ = ["Articles", "NewsWalk"]

_PUBLISHES = words.WALKED_EDGES.index("publishes")
_TOPIC = {word: code for code, word in enumerate(words.TOPICS)}
_OF_REPORTS = [_TOPIC["earnings"], _TOPIC["analyst"]]
_QUIET = 0.25
"""How often the press writes on days without a session."""
_FAR, _TOLD = 2.0, 0.8
"""How many standard deviations are a move worth a piece, and how often there is one."""
_HOUR = 3_600_000
_DAYTIME = (10 * _HOUR, 23 * _HOUR)
"""When the press writes, after midnight UTC; our assumption."""
_NOISE = 0.35
_STRONG = 0.05
"""A move of the logarithm by so much is as good or as bad as it gets, or nearly: 0.76 of it."""
_LOUD = 0.9
"""What is passed round is good news, whatever the price does."""
_SAYS = 0.5
"""How much of what a stock does then a piece of the press knows."""


@dataclass(frozen=True)
class Articles(Columns):
    """Pieces of a day."""

    time: Array = field(metadata={"dtype": "int64"})
    edge: Array = field(metadata={"dtype": "int32"})
    security: Array = field(metadata={"dtype": "int32"})
    sector: Array = field(metadata={"dtype": "int32"})
    topic: Array = field(metadata={"dtype": "int8"})
    sentiment: Array = field(metadata={"dtype": "float64"})


class NewsWalk(Walk):
    """Fires `publishes`."""

    events = ("news", "report")

    def __init__(self, ground: Ground, section: Section) -> None:
        super().__init__(ground, section)
        self.edges = section.tables.get("publishes")
        if self.edges is None:
            return
        edges = self.edges
        self.start = section.starts["publishes"]
        self.tape = tape(ground.graph)
        self.stocks = ground.graph["security"]["type"] == words.SECURITY_TYPES.index("stock")
        self.sector = listing(ground.world.place).sector
        rated = np.flatnonzero((edges["schedule"] == BY_RATE) & (edges["rate"] > 0))
        self.rates = SectionRates.of(
            section,
            ground.world.seed,
            "publishes",
            rated.astype(np.int32),
            np.zeros(len(edges), np.int16),
        )
        self.errands = Errands.of(edges)
        self.due = np.flatnonzero((edges["schedule"] == BY_RATE) & (edges["rate"] == 0))

    def walk(self, today: Today, rng: Draws, so_far: SectionDay) -> None:
        """Propose the day's pieces."""
        if self.edges is None:
            return
        session = self.tape.sessions.on(today.number)
        often = np.array([1.0 if session >= 0 else _QUIET])
        fired = self.rates.fired(rng, today.week, today.monday, often)
        due = self._due(rng, session)
        once = self.errands.on(today.midnight)
        edge = np.concatenate([fired, due, once])
        if not len(edge):
            return
        block = self.section.block_of("publishes", edge)
        u = rng.each(block, lambda stream, count: stream.random((count, 2)))
        z = rng.each(block, lambda stream, count: stream.standard_normal(count))
        time = self._times(today, session, edge, u)
        is_once = np.arange(len(edge)) >= len(fired) + len(due)
        time = np.where(is_once, self.edges["valid_from"][edge], time)
        brought = self.edges["sentiment"][edge]
        sentiment = np.where(is_once, brought, self._sentiment(session, edge, time, z))
        so_far.add(
            Articles(
                time=time,
                edge=(edge + self.start).astype(np.int32),
                security=self.edges["security_id"][edge],
                sector=self.edges["sector_id"][edge],
                topic=self.edges["topic"][edge],
                sentiment=sentiment,
            )
        )

    @classmethod
    def rows(cls, day: PublicDay) -> Iterator[Rows]:
        """Tell articles, and the reports of firms and analysts."""
        pieces = day.proposed[Articles]
        graph = day.look.graph
        stories = graph.once("stories", lambda: Stories(graph, tape(graph)))
        is_report = np.isin(pieces.topic, _OF_REPORTS)
        for name, some in (("news", ~is_report), ("report", is_report)):
            rows = np.flatnonzero(some)
            table = _told(day, stories, name, pieces.take(rows))
            yield Rows(table, np.full(len(rows), _PUBLISHES, np.int8), pieces.edge[rows])

    def _due(self, rng: Draws, session: int) -> Array:
        """Say which of the pieces are due that the tape decides about: rows, int64."""
        if session < 0 or not len(self.due) or self.edges is None:
            return np.empty(0, np.int64)
        topic, security = (self.edges[name][self.due] for name in ("topic", "security_id"))
        block = self.section.block_of("publishes", self.due)
        u = rng.each(block, lambda stream, count: stream.random(count))
        reports = self.tape.reports[session][security]
        far = np.abs(self._move(session)) > _FAR * self.tape.spread[session]
        is_due = np.select(
            [topic == _TOPIC["earnings"], topic == _TOPIC["move"], topic == _TOPIC["market"]],
            [reports, far[security] & (u < _TOLD), np.ones(len(topic), bool)],
            default=False,
        )
        return np.asarray(self.due[is_due])

    def _move(self, session: int) -> Array:
        """Say how far logarithms moved from the last close to this one: float64 (securities,)."""
        before = self.tape.close[session - 1] if session else self.tape.open[session]
        return np.asarray(np.log(self.tape.close[session] / before))

    def _times(self, today: Today, session: int, edge: Array, u: Array) -> Array:
        """Draw when pieces appear: before the open, after the close, or at any time; int64, ms."""
        assert self.edges is not None  # noqa: S101 - for the type checker
        topic = self.edges["topic"][edge]
        low, high = _DAYTIME
        time = today.midnight + low + u[:, 0] * (high - low)
        if session >= 0:
            opens, closes = (
                getattr(self.tape.sessions, end)[session] for end in ("opens", "closes")
            )
            time = np.where(topic == _TOPIC["earnings"], opens - (0.5 + 2 * u[:, 1]) * _HOUR, time)
            after = np.isin(topic, [_TOPIC["move"], _TOPIC["market"], _TOPIC["sector"]])
            time = np.where(after, closes + (0.1 + u[:, 1]) * _HOUR, time)
        return np.asarray(np.minimum(time, today.midnight + DAY_MS - 1), np.int64)

    def _sentiment(self, session: int, edge: Array, time: Array, z: Array) -> Array:
        """Say how good the news is, from -1 to 1: by what the price does then, or did before."""
        assert self.edges is not None  # noqa: S101 - for the type checker
        noise = _NOISE * z
        if not len(self.tape.sessions):
            return np.asarray(np.tanh(noise))
        topic, security = self.edges["topic"][edge], self.edges["security_id"][edge]
        sector = self.edges["sector_id"][edge]
        last = int(np.searchsorted(self.tape.sessions.closes, time.min(initial=0), side="right"))
        # on a day without a session the next one is what is to come, the last what has been
        here = session if session >= 0 else min(last, len(self.tape.sessions) - 1)
        moved, been = self._move(here), self._move(session if session >= 0 else max(0, last - 1))
        gap = np.log(
            self.tape.open[here] / (self.tape.close[here - 1] if here else self.tape.open[0])
        )
        stocks = np.flatnonzero(self.stocks)
        firms = np.maximum(1, np.bincount(self.sector[stocks]))
        of_sector = np.bincount(self.sector[stocks], been[stocks]) / firms
        knows = np.select(
            [
                topic == _TOPIC["earnings"],
                topic == _TOPIC["move"],
                topic == _TOPIC["market"],
                topic == _TOPIC["sector"],
                topic == _TOPIC["rumour"],
            ],
            [
                gap[security] / _STRONG + 0.2 * noise,
                moved[security] / _STRONG,
                np.full(len(edge), moved[stocks].mean() / (_STRONG / 3)),
                of_sector[sector] / (_STRONG / 3),
                _LOUD + noise,
            ],
            default=_SAYS * moved[security] / _STRONG + noise,
        )
        return np.asarray(np.tanh(knows))


def _told(day: PublicDay, stories: Stories, name: str, pieces: Articles) -> Table:
    import pyarrow as pa

    look = day.look
    written = [
        stories.write(words.TOPICS[topic], time, security, sector, sentiment, edge)
        for topic, time, security, sector, sentiment, edge in zip(
            pieces.topic.tolist(),
            pieces.time.tolist(),
            pieces.security.tolist(),
            pieces.sector.tolist(),
            pieces.sentiment.tolist(),
            pieces.edge.tolist(),
            strict=True,
        )
    ]
    texts = {
        column: pa.array([getattr(piece, column) for piece in written], pa.string())
        for column in ("source", "title", "content", "entities", "url")
    }
    columns = {
        f"{name}_id": day.event_ids(len(written)),
        "time": pieces.time,
        "security_id": look.ids("security")[pieces.security],
        "sector_id": look.ids("sector")[pieces.sector],
        "topic": pieces.topic,
        "sentiment": pieces.sentiment.astype(np.float32),
        **{column: values.dictionary_encode() if column == "source" else values
           for column, values in texts.items()},
    }  # fmt: skip
    return Table(SCHEMAS[name], {column: columns[column] for column in SCHEMAS[name].names})
