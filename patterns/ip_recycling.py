"""IP recycling: many accounts worked through a few addresses of proxies, one after the other.

A ring has 20 to 200 people's accounts in hand, rented or bought, and signs in to them to keep them
warm. It hides where it sits behind 3 to 15 exits, and moves from one to the next as they burn: so
people who have nothing else in common appear at the same addresses, and then together at others.
Most exits are the lines of homes, and many are those of households whose own people bank from them
too. The look-alike is a dormitory, a block of flats, an office, a campus or a carrier, behind whose
lines and gateways as many people bank, and as changing.

The harder it is to find, the fewer accounts are behind an exit, the more are worked from the
people's own devices, through two exits each instead of three, and the more exits are addresses that
honest people had before. No payment is part of it. What marks the pattern by definition, and is the
same in the look-alike: how many people are behind an address, a home's too, and that each has
addresses more, which end.

Source: 3 to 15 addresses over 20 to 200 accounts, 60 % residential proxies, 30 % VPN or hosting and
10 % mobile are our assumption; that incidents run through residential proxies is what Gen reports
(7.4 million in 2026, https://www.gendigital.com/blog/insights/research/residential-proxies), and
that honest addresses are shared as widely Cloudflare (October 2025,
https://ipv6.net/news/one-ip-address-many-users-detecting-cgnat-to-reduce-collateral-effects).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Pattern, cases, members
from graphgen.planting.flow import banking, first_day, times
from graphgen.planting.rings import own_ways, quietest, recruits, sizes, ways
from graphgen.population.draw import take
from graphgen.population.holders import holders
from graphgen.population.network import addresses_of, devices
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

_PROXIES = {"home": 0.6, "vpn": 0.2, "hosting": 0.1, "mobile": 0.1}
_GATEWAYS = {"home": 0.5, "office": 0.2, "public": 0.15, "mobile": 0.15}
"""Where they bank whom the look-alike is about; our assumption."""
_EVERYBODYS = ("vpn", "hosting")
"""What a ring cannot make for itself: it uses the exits that honest people use too."""
_BEND = 2.0
"""Most rings are small: sizes have a median of 36 and a mean of 56; our assumption."""
_BEHIND_EASY, _BEHIND_HARD = 12, 5
"""How many accounts there are for each address; our assumption."""
_SEEN = 3.0
"""How many sessions over each of its exits an account has at least, as is to be expected, so that
one in twenty has none there; our assumption."""
_KNOWN_EASY, _KNOWN_HARD = 0.3, 0.7
"""Share of addresses that honest people had before; our assumption."""


@dataclass(frozen=True)
class IpRecycling(Pattern):
    """Sessions of many accounts over a few addresses, which change."""

    prevalence: ClassVar[float] = 3.0
    defined_by: ClassVar[tuple[str, ...]] = (
        "users behind",
        "most users behind a ip",
        "most users behind a home ip",
        "ips",
        "new ips",
        "ended ips",
        "ended",
    )

    fewest: Annotated[int, Interval(ge=4, le=1000)] = 20
    """At least so many accounts."""

    most: Annotated[int, Interval(ge=4, le=1000)] = 200
    """At most so many."""

    addresses: Annotated[int, Interval(ge=3, le=100)] = 15
    """At most so many addresses, and at least three."""

    days: Annotated[int, Interval(ge=1, le=365)] = 30
    """It goes on for at most so many days."""

    def __post_init__(self) -> None:
        if self.fewest > self.most:
            raise ValueError(f"ip_recycling: fewest {self.fewest} is more than most {self.most}")

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the ring's exits, its devices, and its sessions with other people's accounts."""
        yield from self._planted(graph, rng, self.instances(graph), is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield offices, campuses and carriers whose people bank over changing gateways."""
        yield from self._planted(graph, rng, self.lookalikes(graph), is_fraud=False)

    def _planted(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        hard, lasts = self.hardness, min(self.days, max(1, graph.world.days))
        here = sizes(rng, count, self.fewest, self.most, _BEND)
        pool = quietest(graph, banking(graph), 1 - 0.5 * hard)
        people = recruits(rng, pool, here, "ip_recycling: accounts")
        behind = _BEHIND_EASY + hard * (_BEHIND_HARD - _BEHIND_EASY)
        exits = np.clip(np.rint(here.sum(axis=1) / behind), 3, self.addresses).astype(int)[:, None]
        ip, made = self._exits(graph, rng, np.arange(self.addresses) < exits, is_fraud=is_fraud)
        yield from made
        # the first goes through the first exit, the next through the next, and on as exits change
        through = 2 + (rng.random(people.shape) < 0.6 * (1 - hard)).astype(int)
        use = here[:, :, None] & (np.arange(3) < through[:, :, None])
        turn = (np.arange(people.shape[1])[:, None] + np.arange(3)) % exits[:, :, None]
        first = first_day(graph, rng, count, self.days)[:, None, None]
        day = first + (lasts * (turn + 0.9 * rng.random(turn.shape)) / (exits[:, :, None] + 1))
        whom = np.broadcast_to(people[:, :, None], use.shape)
        start = times(graph, rng, whom, np.minimum(day, first + lasts - 1).astype(int), "home")
        until = graph.world.start_ms + first * DAY_MS
        until = until + (lasts * DAY_MS * (turn + 2) / (exits[:, :, None] + 1)).astype(np.int64)
        until = np.maximum(until, start + DAY_MS // 2)
        often = (0.5 - 0.3 * hard) * rng.lognormal(0, 0.5, use.shape)
        device, made = _devices(graph, rng, people, own=hard if is_fraud else 1.0)
        yield from made
        case = graph.new("case", count)
        yield ways(
            graph,
            use,
            is_fraud=is_fraud,
            user_id=whom,
            device_id=device[:, :, None],
            ip_id=np.take_along_axis(ip[:, None], turn, axis=2),
            rate=np.maximum(
                often, _SEEN * DAY_MS / (np.minimum(until, graph.world.end_ms) - start)
            ),
            valid_from=start,
            valid_to=until,
            case_id=case[:, None, None],
        )[1]
        begin = start.min(axis=(1, 2), where=use, initial=2**62)
        end = until.max(axis=(1, 2), where=use, initial=0)
        yield cases(graph, self, case, begin, end, is_fraud=is_fraud)
        account = np.where(here, holders(graph).main[people], -1)
        yield from members(
            case,
            user={"holder": people},
            account={"account": account},
            ip={"exit" if is_fraud else "gateway": ip},
        )

    def _exits(
        self, graph: Graph, rng: np.random.Generator, here: Array, *, is_fraud: bool
    ) -> tuple[Array, list[Table]]:
        """Make addresses, or take some that there are: int32 (cases, addresses), -1 for none."""
        weights = _PROXIES if is_fraud else _GATEWAYS
        kind = take(rng, list(weights.values()), here.size).reshape(here.shape)
        ip, made = np.full(here.shape, -1, np.int32), []
        share = _KNOWN_EASY + self.hardness * (_KNOWN_HARD - _KNOWN_EASY)
        known = rng.random(here.shape) < share
        codes = {word: code for code, word in enumerate(weights)}
        for word in sorted(weights, key=_EVERYBODYS.__contains__, reverse=True):
            whole = word in _EVERYBODYS
            mine = here & (kind == codes[word]) & (known | whole)
            # none of them is an exit of two cases, or of one case twice
            there = np.flatnonzero(graph["ip"]["kind"] == words.IP_KINDS.index(word))
            some = rng.permutation(np.flatnonzero(mine))[: len(there)]
            ip.flat[some] = rng.permutation(there)[: len(some)]
            if whole:  # of which there are too few, homes' lines are in their place
                kind[(ip < 0) & (kind == codes[word])] = codes["home"]
        for place, word in enumerate(weights):
            mine = here & (ip < 0) & (kind == place)
            made.append(addresses_of(graph, word, int(mine.sum()), rng))
            ip[mine] = graph.new("ip", len(made[-1]))
        return ip, made


def _devices(
    graph: Graph, rng: np.random.Generator, people: Array, *, own: float
) -> tuple[Array, list[Table]]:
    """Give everybody's own device, or to a share of them one of the ring's: int32, a grid."""
    device = own_ways(graph)[0][people]
    new = (people >= 0) & (rng.random(people.shape) >= own)
    device[new] = graph.new("device", int(new.sum()))
    kind = rng.choice(graph["device"]["type"], int(new.sum()))
    return device, [devices(graph.world.place, kind, rng)]
