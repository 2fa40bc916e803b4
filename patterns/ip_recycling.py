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
from graphgen.pattern import Mirrored, cases, members
from graphgen.planting.addresses import exits
from graphgen.planting.devices import own_or_new
from graphgen.planting.flow import banking, first_day, main_accounts, times
from graphgen.planting.rings import quietest, recruits, sizes, ways
from graphgen.table import Table
from graphgen.world import DAY_MS

_PROXIES = {"home": 0.6, "vpn": 0.2, "hosting": 0.1, "mobile": 0.1}
_GATEWAYS = {"home": 0.5, "office": 0.2, "public": 0.15, "mobile": 0.15}
"""Where they bank whom the look-alike is about; our assumption."""
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
class IpRecycling(Mirrored):
    """Sessions of many accounts over a few addresses, which change."""

    prevalence: ClassVar[float] = 3.0
    defined_by: ClassVar[tuple[str, ...]] = (
        "users behind", "most users behind a ip", "most users behind a home ip", "ips", "new ips",
        "ended ips", "ended",
    )  # fmt: skip

    fewest: Annotated[int, Interval(ge=4, le=1000)] = 20
    """At least so many accounts."""

    most: Annotated[int, Interval(ge=4, le=1000)] = 200
    """At most so many."""

    addresses: Annotated[int, Interval(ge=3, le=100)] = 15
    """At most so many addresses, and at least three."""

    days: Annotated[int, Interval(ge=1, le=365)] = 30
    """It goes on for at most so many days."""

    def plant_cases(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield the exits, a ring's devices, and sessions with people's accounts; or gateways."""
        hard, lasts = self.hardness, min(self.days, max(1, graph.world.days))
        here = sizes(rng, count, self.fewest, self.most, _BEND)
        pool = quietest(graph, banking(graph), 1 - 0.5 * hard)
        people = recruits(rng, pool, here, "ip_recycling: accounts")
        behind = _BEHIND_EASY + hard * (_BEHIND_HARD - _BEHIND_EASY)
        many = np.clip(np.rint(here.sum(axis=1) / behind), 3, self.addresses).astype(int)[:, None]
        known = _KNOWN_EASY + hard * (_KNOWN_HARD - _KNOWN_EASY)
        kinds = _PROXIES if is_fraud else _GATEWAYS
        ip, made = exits(graph, rng, np.arange(self.addresses) < many, kinds, known)
        yield from made
        # the first goes through the first exit, the next through the next, and on as exits change
        through = 2 + (rng.random(people.shape) < 0.6 * (1 - hard)).astype(int)
        use = here[:, :, None] & (np.arange(3) < through[:, :, None])
        turn = (np.arange(people.shape[1])[:, None] + np.arange(3)) % many[:, :, None]
        first = first_day(graph, rng, count, self.days)[:, None, None]
        day = first + (lasts * (turn + 0.9 * rng.random(turn.shape)) / (many[:, :, None] + 1))
        whom = np.broadcast_to(people[:, :, None], use.shape)
        start = times(graph, rng, whom, np.minimum(day, first + lasts - 1).astype(int), "home")
        until = graph.world.start_ms + first * DAY_MS
        until = until + (lasts * DAY_MS * (turn + 2) / (many[:, :, None] + 1)).astype(np.int64)
        until = np.maximum(until, start + DAY_MS // 2)
        often = (0.5 - 0.3 * hard) * rng.lognormal(0, 0.5, use.shape)
        device, bought = own_or_new(graph, rng, people, hard if is_fraud else 1.0)
        yield bought
        case = graph.new("case", count)
        yield ways(
            graph, use,
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
        )[1]  # fmt: skip
        begin = start.min(axis=(1, 2), where=use, initial=2**62)
        end = until.max(axis=(1, 2), where=use, initial=0)
        yield cases(graph, self, case, begin, end, is_fraud=is_fraud)
        yield from members(
            case,
            user={"holder": people},
            account={"account": main_accounts(graph, people)},
            ip={"exit" if is_fraud else "gateway": ip},
        )
