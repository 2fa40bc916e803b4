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

By definition (`defined_by`) a device is new, some share it, and it goes again; payees are those of
the network, added when it begins; and a sum as large
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
from graphgen.pattern import Mirrored
from graphgen.planting.access import from_new_device, herded, made_ready
from graphgen.planting.addresses import addresses
from graphgen.planting.flow import blend
from graphgen.planting.mules import parties
from graphgen.planting.onward import arrivals, cascade, ordered_over, tree
from graphgen.planting.through import through
from graphgen.table import Table
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
_LESS = 0.4, 0.15
"""By how much less comes in at hard than on other accounts, to mules and to shift leads; our
assumption."""
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
class MuleNetwork(Mirrored):
    """Layers of recruited accounts that keep a cut and pass the rest on, out of the world."""

    prevalence: ClassVar[float] = 3.0
    defined_by: ClassVar[tuple[str, ...]] = (
        "amount_minor", "days since the payee was added", "ended", "first seen", "sessions",
        "users behind",
    )  # fmt: skip
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

    def plant_cases(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield accounts in layers, a device that some share, and money running through."""
        hard, kinds = self.hardness, _ADDRESSES if is_fraud else _AT_WORK
        ip = addresses(graph, rng, count, **kinds)
        # the harder, the fewer accounts there are
        fan, width = max(1, round(self.fan - hard)), max(1, round(self.width * (1 - 0.3 * hard)))
        layer, parent, branch = tree(self.layers, fan, width)
        depth = rng.integers(2, self.layers + 1, (count, 1))
        here = (layer < depth) & ((branch <= 1) | (rng.random((count, 1)) >= _NARROW * hard))
        last = here & (layer == depth - 1)
        pays = np.where(last, 1, np.bincount(parent[1:], minlength=len(layer)))
        people = parties(graph, rng, self, here, payers=1, payees=pays, is_fraud=is_fraud)
        leaves = last & (is_fraud | (rng.random(last.shape) < _SPENDS))
        comes, there = arrivals(
            graph, rng, people[:, :1], most=self.deposits, days=self.days, hardness=hard
        )
        own = self.amount * rng.lognormal(0, _SPREAD, comes.shape)
        sums = blend(graph, rng, own, hard, habit="transfer", rail="instant", channel="file")
        least = _LEAST * (3 - 2 * hard) * rng.uniform(1, 2, comes.shape)
        hops = cascade(
            graph, rng, comes, there,
            people=people,
            parent=parent,
            leaves=leaves,
            # a shift lead's receipts are larger, as workers pass on less of them
            amount=np.maximum((1 - _LESS[0 if is_fraud else 1] * hard) * sums, least),
            passed=_PASSED if is_fraud else _SHARED_OUT,
            cash=_CASH[0] + (_CASH[1] - _CASH[0]) * hard,
            hardness=hard**_SOON,
            longer=self.minutes / 20 * (1 if is_fraud else _SLOWLY),
        )  # fmt: skip
        begins = made_ready(graph, rng, people, comes[:, :1], _READY * (1 + _READIER * hard))
        worked = herded(rng, here, hard)
        until = hops.last + rng.integers(_HOUR, 2 * DAY_MS, count)
        case = graph.new("case", count)
        device, way, added = from_new_device(
            graph, rng, _DEVICES,
            person=np.where(worked, people, -1),
            ip=ip,
            rate=0.1 * rng.lognormal(0, 0.5, here.shape),
            begin=begins,
            end=until[:, None],
            case=case,
            is_fraud=is_fraud,
        )  # fmt: skip
        yield from added
        yield from through(
            graph, rng, self, case, hops,
            begins="placement",
            roles={"collector": people[:, :1], "mule": people[:, 1:]},
            device={"shared": device},
            span=(begins.min(axis=1, where=worked, initial=graph.world.end_ms), until),
            is_fraud=is_fraud,
            via=ordered_over(way, parent, hops),
        )  # fmt: skip
