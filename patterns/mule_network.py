"""A mule network: money runs through layers of recruited accounts, and out at the other end.

What victims elsewhere have paid comes in on a collector's account. Soon it is split among recruited
accounts, each of which keeps 2 to 10 % and sends the rest on, over two to five layers, to where it
is drawn in cash or sent abroad. A herder works some of the accounts from one device. It looks like
a shift of gig workers: the pooled tips come to one of them, who shares them out, and who share a
phone or a tablet at work.

The harder it is to find, the fewer accounts there are, the fewer of them the herder works, the
smaller are the sums, and the longer money lies: at the median 20 minutes when it is easy to see, an
hour and a half at medium, and eight at hard, where many wait for hours at which others pay. Mules
are young and new to the bank at every difficulty, and so are the gig workers.

By definition (`defined_by`) a device is new, some share it, and it goes again; and a sum as large
as comes from elsewhere goes on in parts, which are large beside what people send each other and
small beside what they draw or send away. The look-alike's are so too. What sets the crime apart is
that next to all of each receipt goes on, and out of the world. Who lost the money is outside the
world, so that a case has no loss and nothing recovered.

Sources: BioCatch on mule accounts
(https://www.biocatch.com/blog/how-to-spot-mule-accounts-behavioral-biometrics): students,
newcomers, dormant and new accounts; a report on a sample of India's Cyber Crime Reporting Portal
(https://awamkasach.com/?p=534379): 300,000 rupees a complaint, some 3,600 dollars; FATF, Egmont
Group and Interpol 2023
(https://egmontgroup.org/news/illicit-finance-from-cyber-enabled-fraud-cef-report/): layers of
mules, exits in cash, to exchanges and across borders. Mules' ages: `graphgen.planting.mules`. Two
to five layers, 2 to 10 % kept, a median of 20 minutes, three accounts paid by each, and 10 to 50
mules among 10,000 accounts are our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Pattern
from graphgen.planting.access import addresses, from_new_device
from graphgen.planting.flow import blend, times
from graphgen.planting.hops import Hops, planned, through, tree
from graphgen.planting.mules import parties
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

_HOUR = 3_600_000
_PASSED, _SHARED_OUT = (0.95, 0.98), (0.74, 0.95)
"""Shares of a receipt that a mule passes on, and that a gig worker shares out; our assumption."""
_CASH = 0.4, 1.0
"""Share of what leaves that is drawn in cash, when it is easy and when it is hard to see; our
assumption."""
_SPENDS, _SLOWLY = 0.3, 8.0
"""Share of gig workers who draw or send away at once what they are given, and how many times as
long money lies with them; our assumption."""
_SPREAD, _READY, _READIER = 0.6, 36 * _HOUR, 1.5
"""Spread of the logarithm of what comes in, for how long before it things are made ready at easy,
and how many times longer still at hard; our assumption."""
_LEAST = 12_000
"""The least that comes in at hard, about, so that something is left for the last layer, in minor
units; when it is easy to see, three times as much; our assumption."""
_NARROW = 0.5
"""Share of the hard cases in which the collector pays but one; our assumption."""
_DEVICES = {"phone": 0.5, "tablet": 0.3, "laptop": 0.2}
"""What herders work accounts from, and what gig workers share; our assumption."""
_ADDRESSES = {"home": 0.45, "mobile": 0.25, "vpn": 0.15, "public": 0.1, "office": 0.05}
_AT_WORK = {"office": 0.4, "mobile": 0.25, "public": 0.2, "home": 0.15}
"""Where herders sit, and gig workers; our assumption."""
_SOON = 8.0
"""To this power of the hardness money lies longer; our assumption."""


@dataclass(frozen=True)
class MuleNetwork(Pattern):
    """Layers of recruited accounts that keep a cut and pass the rest on, out of the world."""

    prevalence: ClassVar[float] = 3.0
    defined_by: ClassVar[tuple[str, ...]] = (
        "amount_minor",
        "ended",
        "first seen",
        "sessions",
        "users behind",
    )
    counterparts: ClassVar[Mapping[str, str]] = {"collector": "shift lead", "mule": "worker"}

    layers: Annotated[int, Interval(ge=2, le=6)] = 5
    """Layers of accounts at most; two at least."""

    fan: Annotated[int, Interval(ge=1, le=10)] = 3
    """Accounts that one account pays at most."""

    width: Annotated[int, Interval(ge=1, le=30)] = 6
    """Accounts in a layer at most."""

    deposits: Annotated[int, Interval(ge=1, le=20)] = 4
    """How many times money comes in at most."""

    days: Annotated[int, Interval(ge=1, le=90)] = 14
    """Days within which it does."""

    amount: Annotated[int, Interval(ge=10_000, le=100_000_000)] = 300_000
    """Median of what comes in at once, in minor units."""

    minutes: Annotated[float, Interval(ge=1, le=1440)] = 20.0
    """Minutes for which money lies on an account: the median, when it is easy to see."""

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the recruits' ways over the herder's device, and the money through the layers."""
        ip = addresses(graph, rng, self.instances(graph), **_ADDRESSES)
        yield from self._layered(graph, rng, ip, is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield gig workers who share pooled tips out, and the device that is theirs at work."""
        ip = addresses(graph, rng, self.lookalikes(graph), **_AT_WORK)
        yield from self._layered(graph, rng, ip, is_fraud=False)

    def _layered(
        self, graph: Graph, rng: np.random.Generator, ip: Array, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield cases: accounts in layers, a device that some share, and money running through."""
        hard, count = self.hardness, len(ip)
        # the harder, the fewer accounts there are
        fan, width = max(1, round(self.fan - hard)), max(1, round(self.width * (1 - 0.3 * hard)))
        layer, parent, branch = tree(self.layers, fan, width)
        depth = rng.integers(2, self.layers + 1, (count, 1))
        here = (layer < depth) & ((branch <= 1) | (rng.random((count, 1)) >= _NARROW * hard))
        leaf = here & (layer == depth - 1)
        pays = np.where(leaf, 1, np.bincount(parent[1:], minlength=len(layer)))
        people = parties(graph, rng, self, here, payers=1, payees=pays, is_fraud=is_fraud)
        hops, begins = self._hops(graph, rng, people, parent, leaf, is_fraud=is_fraud)
        # the herder works at least two of the accounts, and the fewer, the harder it is
        drawn = np.where(here, rng.random(here.shape), 2)
        drawn[:, 0] **= 1 - 0.8 * hard  # the collector's least of all
        herded = drawn <= np.maximum(np.sort(drawn, axis=1)[:, 1:2], 1 - 0.75 * hard)
        until = hops.last + rng.integers(_HOUR, 2 * DAY_MS, count)
        case = graph.new("case", count)
        device, way, added = from_new_device(
            graph,
            rng,
            _DEVICES,
            person=np.where(herded, people, -1),
            ip=ip,
            rate=0.1 * rng.lognormal(0, 0.5, here.shape),
            begin=begins,
            end=until[:, None],
            case=case,
            is_fraud=is_fraud,
        )
        yield from added
        via = np.concatenate([np.where(parent < 0, -1, way[:, parent]), way], axis=1)
        roles = ("collector", "mule") if is_fraud else ("shift lead", "worker")
        yield from through(
            graph,
            rng,
            self,
            case,
            hops,
            begins="placement",
            roles=dict(zip(roles, (people[:, :1], people[:, 1:]), strict=True)),
            device={"shared": device},
            span=(begins.min(axis=1, where=herded, initial=graph.world.end_ms), until),
            is_fraud=is_fraud,
            via=np.where(hops.cash, -1, np.tile(via, self.deposits)),
        )

    def _hops(
        self,
        graph: Graph,
        rng: np.random.Generator,
        people: Array,
        parent: Array,
        leaf: Array,
        *,
        is_fraud: bool,
    ) -> tuple[Hops, Array]:
        """Draw how money runs through the accounts, and from when on each is worked: int64 ms.

        All deposits of a case lie side by side, of each the hops into accounts, then out of them.
        """
        (count, nodes), hard = people.shape, self.hardness
        exits = leaf & (is_fraud | (rng.random(leaf.shape) < _SPENDS))
        more = rng.binomial(self.deposits - 1, 0.8 - 0.5 * hard, (count, 1))
        lane = np.arange(self.deposits).repeat(2 * nodes)
        here = (lane <= more) & np.tile(np.append(people >= 0, exits, axis=1), self.deposits)
        before = np.tile(np.append(parent, np.arange(nodes)), self.deposits)
        payer = np.append(np.where(parent < 0, -1, people[:, parent]), people, axis=1)
        payee = np.append(people, np.full_like(people, -1), axis=1)
        days = min(self.days, max(1, graph.world.days))
        begin = rng.random((count, 1)) * max(0, graph.world.days - days - 2)
        spread = rng.random((count, self.deposits)) * (0.3 + 0.7 * hard)
        day = np.minimum(begin + 1 + (days - 1) * spread, graph.world.days - 1).astype(np.int64)
        comes = np.sort(times(graph, rng, people[:, :1], day, "people"), axis=1)
        own = self.amount * rng.lognormal(0, _SPREAD, comes.shape)
        sums = blend(graph, rng, own, hard, habit="transfer", rail="instant", channel="file")
        # a shift lead's receipts are larger, as workers pass on less of them
        less = 0.4 if is_fraud else 0.15
        least = _LEAST * (3 - 2 * hard) * rng.uniform(1, 2, comes.shape)
        draws = _CASH[0] + (_CASH[1] - _CASH[0]) * hard
        hops = planned(
            graph,
            rng,
            comes[:, lane],
            here,
            payer=np.tile(payer, self.deposits),
            payee=np.tile(payee, self.deposits),
            follows=np.where(before < 0, -1, before + lane * 2 * nodes),
            amount=np.maximum((1 - less * hard) * sums, least)[:, lane],
            passed=_PASSED if is_fraud else _SHARED_OUT,
            drawn=np.tile([0, draws], self.deposits).repeat(nodes),
            hardness=hard**_SOON,
            longer=self.minutes / 20 * (1 if is_fraud else _SLOWLY),
        )
        gap = np.minimum(_READY * (1 + _READIER * hard), comes[:, :1] - graph.world.start_ms)
        ready = comes[:, :1] - (gap * rng.uniform(0.1, 1, people.shape)).astype(np.int64)
        visit = times(graph, rng, people, (ready - graph.world.start_ms) // DAY_MS, "counter")
        return hops, np.where(visit < comes[:, :1] - 0.1 * gap, visit, ready)
