"""Stories: what pieces of news are about, and the words for it.

What a piece says of prices and volumes is what the tape says; so a text never knows more than the
market does, but for the one thing that it brings: its sentiment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from graphgen.market.listing import listing
from graphgen.market.prose import Prose
from graphgen.rng import stream
from graphgen.schema import words

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.market.prices import Tape
    from graphgen.table import Array

__all__ = ["Piece", "Stories"]

_STOCK = words.SECURITY_TYPES.index("stock")
_FLAT = 0.15
"""A sentiment nearer to 0 than this is told as neither good nor bad; our assumption."""
_MONTH = 21
_ORDINALS = ("first", "second", "third", "fourth")
_EARNED = 0.018
"""What a firm earns in a quarter, as a share of its price; our assumption."""


@dataclass(frozen=True)
class Piece:
    """A text, and who published it."""

    title: str
    content: str
    source: str
    entities: str
    """Tickers, with blanks between."""
    url: str


class Stories:
    """Writes pieces on a world's market."""

    def __init__(self, graph: Graph, tape: Tape) -> None:
        world = graph.world
        spec = world.place.toml("news")
        self.seed, self.tape, self.here = world.seed, tape, listing(world.place)
        self.prose = Prose(spec["rules"])
        self.outlets, self.houses, self.shills = (
            spec[name] for name in ("outlets", "houses", "shills")
        )
        self.symbols, self.names = (
            graph["security"][column].to_pylist() for column in ("symbol", "name")
        )
        self.cities: list[str] = world.place.csv("cities")["city"]
        self.stocks = np.flatnonzero(self.here.type == _STOCK)

    def write(
        self, topic: str, time: int, security: int, sector: int, sentiment: float, key: int
    ) -> Piece:
        """Write the piece of that key (an edge of `publishes`) at a moment (ms), in words anew."""
        rng = stream(self.seed, "news", topic, time, key)
        facts = self._facts(rng, time, security, sector, sentiment)
        tone = "flat" if abs(sentiment) < _FLAT else "good" if sentiment > 0 else "bad"
        title = self.prose.write(rng, f"{topic}_{tone}_title", facts)
        content = self.prose.write(rng, f"{topic}_{tone}_text", facts)
        by = {"rumour": self.shills, "analyst": self.houses}.get(topic, self.outlets)
        source = facts["house"] if topic == "analyst" else by[int(rng.integers(len(by)))]
        told = [security] if security >= 0 else []
        peer = self.symbols.index(facts["peer_symbol"])
        if facts["peer"] in content and peer not in told:
            told.append(peer)
        slug = "-".join(_plain(title).split()[:8])
        day = datetime.fromtimestamp(time / 1000, UTC).date()
        host = "".join(_plain(source).split())
        return Piece(
            title,
            content,
            source,
            " ".join(self.symbols[one] for one in told),
            f"https://{host}.example/{day:%Y/%m/%d}/{slug}-{int(rng.integers(1 << 40)):010x}",
        )

    def _facts(
        self, rng: np.random.Generator, time: int, security: int, sector: int, sentiment: float
    ) -> dict[str, str]:
        here, tape = self.here, self.tape
        last = int(np.searchsorted(tape.sessions.closes, time, side="right")) - 1
        some = self._about(security, sector)
        # before the first session has closed there are the prices that the world begins with
        price = tape.close[last] if last >= 0 else here.price
        before = tape.close[last - 1] if last > 0 else here.price
        move = np.log(price / before)
        month = np.log(price / (tape.close[last - _MONTH] if last >= _MONTH else here.price))
        usual = here.turnover * here.outstanding
        volume = tape.volume[last] if last >= 0 else usual.astype(np.int64)
        peers = some[some != security] if len(some) > 1 else self.stocks
        peer = int(peers[int(rng.integers(len(peers)))])
        one = security if security >= 0 else peer
        earned = price[one] / 100 * _EARNED * float(rng.lognormal(0, 0.3))
        surprise = 1 + 0.12 * sentiment + 0.01 * float(rng.standard_normal())
        worth = here.outstanding[one] * price[one] / 1e8
        sector_name = here.sectors[sector] if sector >= 0 else "the market"
        when = datetime.fromtimestamp(time / 1000, UTC)
        quarter = (when.month - 1) // 3 or 4
        return {
            "name": self.names[one],
            "symbol": self.symbols[one],
            "peer": self.names[peer],
            "peer_symbol": self.symbols[peer],
            "sector": sector_name,
            "sector_low": sector_name.lower(),
            "price": f"{price[one] / 100:,.2f}",
            "target": f"{price[one] / 100 * (1 + 0.25 * sentiment + 0.05):,.0f}",
            "move": f"{100 * abs(float(np.expm1(move[some].mean()))):.1f}",
            "market": f"{100 * float(np.expm1(move[self.stocks].mean())):+.1f}",
            "month": f"{100 * abs(float(np.expm1(month[one]))):.0f}",
            "gap": "higher" if month[one] > 0 else "lower",
            "volume": f"{int(volume[one]):,}",
            "busy": f"{float(volume[one]) / max(1.0, float(usual[one])):.1f} times",
            "advancing": str(int((move[self.stocks] > 0).sum())),
            "listed": str(len(self.stocks)),
            "eps": f"{earned * surprise:.2f}",
            "consensus": f"{earned:.2f}",
            "revenue": f"{worth * float(rng.uniform(0.06, 0.2)):,.0f}",
            "deal": f"{max(1.0, worth * float(rng.uniform(0.002, 0.02))):,.0f}",
            "quarter": f"the {_ORDINALS[quarter - 1]} quarter",
            "weekday": f"{when:%A}",
            "weeks": str(int(rng.integers(2, 12))),
            "city": self.cities[int(rng.integers(len(self.cities)))],
            "house": self.houses[int(rng.integers(len(self.houses)))],
        }

    def _about(self, security: int, sector: int) -> Array:
        if security >= 0:
            return np.array([security])
        if sector >= 0:
            return np.asarray(self.stocks[self.here.sector[self.stocks] == sector])
        return np.asarray(self.stocks)


def _plain(text: str) -> str:
    return "".join(c if c.isalnum() else " " for c in text.lower())
