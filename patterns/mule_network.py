"""A mule network: money runs through layers of recruited accounts, and out at the other end.

What victims elsewhere have paid comes in on a collector's account. Within minutes it is split among
recruited accounts, each of which keeps 2 to 10 % and sends the rest on, over two to five layers, to
where it is drawn in cash or sent abroad. A herder works some of the accounts from one device. It
looks like a shift of gig workers: the pooled tips come to one of them, who shares them out, and the
shared tablet stands at work. That a device is new and that some share it is what the pattern is
about.

Sources: BioCatch on mule accounts
(https://www.biocatch.com/blog/how-to-spot-mule-accounts-behavioral-biometrics): students,
newcomers, dormant and new accounts; a report on a sample of India's Cyber Crime Reporting Portal
(https://awamkasach.com/?p=534379): 300,000 rupees a complaint, some 3,600 dollars; FATF, Egmont
Group and Interpol 2023
(https://egmontgroup.org/news/illicit-finance-from-cyber-enabled-fraud-cef-report/): layers of
mules, exits in cash, to exchanges and across borders. Mules' ages: `graphgen.mules`. Two to five
layers, 2 to 10 % kept, a median of 20 minutes, three accounts paid by each, and 10 to 50 mules
among 10,000 accounts are our assumption.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.access import addresses, new_devices, ways
from graphgen.flow import blend, dwell, hop_times, outside, times, within
from graphgen.graph import Graph
from graphgen.mules import at_the_counter, passing, recruits
from graphgen.pattern import Pattern, cases, errands, members
from graphgen.population.holders import holders
from graphgen.schema import NULL_CATEGORY, words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

_MINUTE, _HOUR = 60_000, 3_600_000
_PASSED, _SHARED_OUT = (0.90, 0.98), (0.50, 0.85)
"""Shares of a receipt that a mule passes on, and that a gig worker shares out."""
_CASH, _SPENDS = (0.4, 0.9), 0.3
"""Shares of the last layer that draw what they pass on in cash, when it is easy and when it is hard
to see, and of gig workers who draw or send away at once what they are given."""
_SPREAD = 0.6
_LEAST = 2_500
"""The least that reaches the last layer's accounts, about, in minor units."""
_ADDRESSES = {"home": 0.5, "vpn": 0.2, "mobile": 0.2, "public": 0.1}
_PLACEMENT, _LAYERING, _INTEGRATION = (
    words.STAGES.index(w) for w in ("placement", "layering", "integration")
)
_INSTANT, _TRANSFER = words.RAILS.index("instant"), words.HABITS.index("transfer")
_FILE, _ONLINE = words.CHANNELS.index("file"), words.CHANNELS.index("online")


@dataclass(frozen=True)
class MuleNetwork(Pattern):
    """Layers of recruited accounts that keep a cut and pass the rest on, out of the world."""

    prevalence: ClassVar[float] = 3.0
    defined_by: ClassVar[tuple[str, ...]] = ("users behind", "first seen", "sessions")

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
        yield from self._layered(graph, rng, ip, "phone", is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield gig workers who share pooled tips out, and the tablet that stands at their work."""
        ip = addresses(graph, rng, self.lookalikes(graph), office=0.7, public=0.3)
        yield from self._layered(graph, rng, ip, "tablet", is_fraud=False)

    def _layered(
        self, graph: Graph, rng: np.random.Generator, ip: Array, kind: str, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield cases: accounts in layers, a device that some share, and money running through."""
        layer, parent = self._tree()
        depth = rng.integers(2, self.layers + 1, (len(ip), 1))
        here, leaf = layer < depth, layer == depth - 1
        people = np.full(here.shape, -1, np.int32)
        need = (int(here.sum()),)
        people[here] = recruits(graph, rng, need, "mule_network: mules", hardness=self.hardness)
        # the herder works at least two of the accounts, and the fewer, the harder it is
        place = np.argsort(np.argsort(np.where(here, rng.random(here.shape), 2), axis=1), axis=1)
        herded = (place < 2) | (place < (1 - 0.75 * self.hardness) * here.sum(axis=1)[:, None])  # noqa: PLR2004
        draws = _CASH[0] + (_CASH[1] - _CASH[0]) * self.hardness
        cash = leaf & (rng.random(here.shape) < draws)
        exits = leaf & (is_fraud | (rng.random(here.shape) < _SPENDS))
        comes = np.arange(self.deposits) <= rng.binomial(
            self.deposits - 1, 0.8 - 0.5 * self.hardness, (len(ip), 1)
        )
        runs = comes[:, :, None] & np.concatenate([here, exits], axis=1)[:, None, :]
        begins, at = self._moments(graph, rng, people, parent, cash, runs, slow=not is_fraud)
        case = graph.new("case", len(ip))
        last = at.max(axis=(1, 2), where=runs, initial=0)
        until = last + rng.integers(_HOUR, 2 * DAY_MS, len(ip))
        device, table = new_devices(graph, rng, len(ip), kind)
        yield table
        way, table = ways(
            graph,
            person=np.where(herded, people, -1),
            device=device[:, None],
            ip=ip[:, None],
            rate=0.1 * rng.lognormal(0, 0.5, here.shape),
            begin=begins,
            end=until[:, None],
            case=case[:, None],
            stage="preparation" if is_fraud else None,
        )
        yield table
        yield self._money(graph, rng, people, parent, way, cash, runs, at, case, is_fraud=is_fraud)
        first = begins.min(axis=1, where=herded & here, initial=graph.world.end_ms)
        first = np.minimum(first, at.min(axis=(1, 2), where=runs, initial=graph.world.end_ms))
        yield cases(graph, self, case, first, np.maximum(until, last), is_fraud=is_fraud)
        roles = ("collector", "mule") if is_fraud else ("shift lead", "worker")
        who = dict(zip(roles, (people[:, :1], people[:, 1:]), strict=True))
        main = np.append(holders(graph).main, -1)
        yield from members(
            case,
            user=who,
            account={role: main[some] for role, some in who.items()},
            device={"shared": device[:, None]},
        )

    def _tree(self) -> tuple[Array, Array]:
        """Lay the accounts out, layer by layer: the layer of each, and who pays it (-1: outside).

        The harder, the fewer there are.
        """
        fan = max(1, round(self.fan - self.hardness))
        width = max(1, round(self.width * (1 - 0.5 * self.hardness)))
        size = [min(width, fan**place) for place in range(self.layers)]
        first = np.cumsum([0, *size])
        parent = [
            first[place - 1] + np.arange(size[place]) * size[place - 1] // size[place]
            for place in range(1, self.layers)
        ]
        return np.repeat(np.arange(self.layers), size), np.concatenate([[-1], *parent])

    def _moments(
        self,
        graph: Graph,
        rng: np.random.Generator,
        people: Array,
        parent: Array,
        cash: Array,
        runs: Array,
        *,
        slow: bool,
    ) -> tuple[Array, Array]:
        """Draw from when each is worked from the device, and when each hop is made: int64 ms.

        Hops are a grid (cases, deposits, hops): into each account, then out of the last ones. The
        harder, the longer money lies, but no longer than a day.
        """
        count, deposits, hops = runs.shape
        days = min(self.days, max(1, graph.world.days))
        begin = rng.random((count, 1)) * max(0, graph.world.days - days - 2)
        prepared = graph.world.start_ms + (begin + rng.random(people.shape)) * DAY_MS
        day = begin + 1 + (days - 1) * rng.random((count, deposits)) * (0.3 + 0.7 * self.hardness)
        day = np.minimum(day, graph.world.days - 1).astype(np.int64)
        comes = np.sort(times(graph, rng, people[:, :1], day, "people"), axis=1)
        median = self.minutes * _MINUTE * (1 + 10 * self.hardness) * (8 if slow else 1)
        wait = np.minimum(dwell(rng, runs.shape, median, 1.2), DAY_MS)
        follows = np.append(parent, np.arange(hops // 2))
        at = hop_times(comes.reshape(-1, 1), follows, wait.reshape(count * deposits, hops)).reshape(
            runs.shape
        )
        out = at[:, :, hops // 2 :]
        visit = at_the_counter(graph, rng, people[:, None, :], out)
        at[:, :, hops // 2 :] = np.where(cash[:, None, :], visit, out)
        prepared = np.minimum(prepared.astype(np.int64), comes.min(axis=1, keepdims=True) - _HOUR)
        prepared = np.maximum(prepared, graph.world.start_ms)
        return prepared, within(graph, at, runs)

    def _money(
        self,
        graph: Graph,
        rng: np.random.Generator,
        people: Array,
        parent: Array,
        way: Array,
        cash: Array,
        runs: Array,
        at: Array,
        case: Array,
        *,
        is_fraud: bool,
    ) -> Table:
        """Give the hops: into each account from the one that pays it, and out of the last ones."""
        into = (*runs.shape[:2], len(parent))
        main, first = np.append(holders(graph).main, -1), parent < 0
        # it comes from many or, the harder, more often from one account
        source = outside(graph, rng, into[:2])
        alone = rng.random((len(case), 1)) < 0.8 * self.hardness
        source = np.where(alone, source[:, :1], source)[:, :, None]
        payer = np.where(first, -1, people[:, parent])[:, None, :]
        hard = self.hardness
        median = self.amount * rng.lognormal(0, _SPREAD, (*into[:2], 1))
        comes = blend(graph, rng, median, hard, habit="transfer", rail="instant", channel="file")
        comes = np.maximum(
            (1 - 0.5 * hard) * comes, _LEAST * max(1, round(self.width * (1 - 0.5 * hard)))
        )
        # what an account passes on is dealt out to those that it pays
        passed = rng.uniform(*(_PASSED if is_fraud else _SHARED_OUT), into)
        part = rng.uniform(0.7, 1.3, into)
        part /= part @ (parent[:, None] == parent).astype(float)
        hop: dict[str, Array | int] = {
            "debtor_account_id": np.where(first, source, main[payer]),
            "creditor_account_id": main[people][:, None, :],
            "user_id": payer,
            "habit": _TRANSFER,
            "rail": _INSTANT,
            "channel": np.where(first, _FILE, _ONLINE),
            "amount_minor": np.where(first, comes, 0),
            "share": np.where(first, 0.0, passed[:, :, parent] * part),
            "via": np.where(first, -1, way[:, parent])[:, None, :],
            "stage": np.where(first, _PLACEMENT, _LAYERING) if is_fraud else NULL_CATEGORY,
        }
        away: dict[str, Array | int] = {
            **passing(graph, rng, people, cash=cash, at_machines=hard >= 1),
            "amount_minor": 0,
            "share": passed,
            "via": np.where(cash, -1, way),
            "stage": _INTEGRATION if is_fraud else NULL_CATEGORY,
        }
        columns: dict[str, Any] = {
            name: np.concatenate([_spread(side[name], into) for side in (hop, away)], axis=2)
            for name in hop
        }
        follows = np.append(parent, np.arange(len(parent)))
        return errands(graph, at, case=case[:, None, None], here=runs, follows=follows, **columns)


def _spread(values: Array | int, shape: tuple[int, ...]) -> Array:
    """Lay out what is the same for all deposits of a case over a grid (cases, deposits, hops)."""
    grid = np.asarray(values)
    return np.broadcast_to(grid[:, None, :] if grid.ndim == 2 else grid, shape)  # noqa: PLR2004
