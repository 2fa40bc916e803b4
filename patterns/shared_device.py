"""A shared device: one person works many people's accounts from one device.

A herder has six to fifteen people's accounts, recruited or bought, in hand. Within a week each of
them signs in from the same device, and what the accounts hold is sent to one of them. It looks like
a family's tablet or a shop's kiosk, from which as many people bank.

Sources: how many people are behind the device, within how many days and what they send is our
assumption; that device and activity must aggregate together to tell such a group from an honest one
is the finding of Liu et al., "Heterogeneous Graph Neural Networks for Malicious Account Detection"
(Alipay, CIKM 2018; arXiv 2002.12307). Honest users of one device: see the population.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Pattern, cases, choose, errands, members
from graphgen.population import settle, with_life
from graphgen.population.errands import at_hours
from graphgen.population.network import addresses_of, devices
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

_NEVER = np.int64(2**62)
_A_WHILE = DAY_MS // 24
"""Nobody sends sooner after the first sign-in; our assumption."""


@dataclass(frozen=True)
class SharedDevice(Pattern):
    """Many people behind one device within days, and their money sent to one of them."""

    prevalence: ClassVar[float] = 5.0

    fewest: Annotated[int, Interval(ge=2, le=200)] = 6
    """At least so many people behind the device."""

    most: Annotated[int, Interval(ge=2, le=200)] = 15
    """At most so many."""

    days: Annotated[int, Interval(ge=1, le=60)] = 7
    """Within so many days all of them have signed in."""

    def __post_init__(self) -> None:
        if self.fewest > self.most:
            raise ValueError(f"shared_device: fewest {self.fewest} is more than most {self.most}")

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the people with their honest lives, the device, and the collecting."""
        count = self.instances(graph)
        here = self._sizes(rng, count)
        user, account, tables = _recruits(graph, rng, int(here.sum()))
        yield from tables
        seen = graph.grow("seen", tables)
        people, own = _grid(here, user), _grid(here, account)
        start = self._first_seen(seen, rng, people)
        at = self._sendings(seen, rng, people, start)
        # the herder looks in once more, and leaves each account alone after that
        done = np.maximum(start, at.max(axis=2, initial=0))
        done[:, :1] = np.where(here, done, 0).max(axis=1, initial=0, keepdims=True)
        until = done + rng.integers(DAY_MS // 8, 2 * DAY_MS, here.shape)
        device, ip, way, made = _behind(graph, rng, people, start, until)
        yield from made
        yield _collected(graph, rng, people, own, way, at)
        case = graph.new("case", count)
        last = np.where(here, until, 0).max(axis=1, initial=0)
        yield cases(graph, self, case, start.min(axis=1, initial=_NEVER), last, is_fraud=True)
        first = np.arange(self.most) == 0
        yield from members(
            case,
            user={"collector": np.where(first, people, -1), "recruit": np.where(first, -1, people)},
            account={"account": own},
            device={"device": device[:, None]},
            ip={"address": ip[:, None]},
        )

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield kiosks and tablets from which as many neighbours bank, as long as they stand."""
        count = self.lookalikes(graph)
        here = self._sizes(rng, count)
        everybody = np.arange(graph.size("user"), dtype=np.int32)
        need = (int(here.sum()),)
        people = _grid(here, choose(rng, everybody, need, "shared_device: look-alikes' people"))
        start = self._first_seen(graph, rng, people)
        until = np.full(here.shape, graph.world.end_ms)
        device, ip, _, made = _behind(graph, rng, people, start, until)
        yield from made
        case = graph.new("case", count)
        end = np.full(count, graph.world.end_ms)
        yield cases(graph, self, case, start.min(axis=1, initial=_NEVER), end, is_fraud=False)
        yield from members(
            case,
            user={"user": people},
            device={"device": device[:, None]},
            ip={"address": ip[:, None]},
        )

    def _sizes(self, rng: np.random.Generator, count: int) -> Array:
        """Draw how many are behind each device: bool (count, most), where there is somebody."""
        sizes = rng.integers(self.fewest, self.most + 1, (count, 1))
        return np.arange(self.most) < sizes

    def _first_seen(self, graph: Graph, rng: np.random.Generator, people: Array) -> Array:
        """Draw when each first signs in, all within the days: int64 ms, never where nobody is."""
        days = graph.world.days
        begin = rng.integers(0, max(1, days - self.days + 1), (len(people), 1))
        day = begin + rng.integers(0, max(1, min(self.days, days)), people.shape)
        return _moments(graph, rng, people, day, "home")

    def _sendings(
        self, graph: Graph, rng: np.random.Generator, people: Array, start: Array
    ) -> Array:
        """Draw when each sends money to the first: int64 ms (people, most, parts), 0 for never.

        The harder it is to be, the more parts it is sent in, and the longer that takes.
        """
        parts = 1 + round(8 * self.hardness)
        shape = (*people.shape, parts)
        wait = rng.integers(0, 2 + round(12 * self.hardness), shape)
        day = np.maximum(0, (start[:, :, None] - graph.world.start_ms) // DAY_MS) + wait
        everyone = np.broadcast_to(people[:, :, None], shape)
        at = _moments(graph, rng, everyone, np.minimum(day, graph.world.days + 30), "people")
        at = np.where(at <= start[:, :, None] + _A_WHILE, at + DAY_MS, at)
        sends = (people >= 0) & (np.arange(self.most) > 0)
        return np.where(sends[:, :, None], at, 0)


def _grid(here: Array, rows: Array) -> Array:
    """Lay rows out in a grid; -1 where there is nobody."""
    grid = np.full(here.shape, -1, np.int32)
    grid[here] = rows
    return grid


def _moments(
    graph: Graph, rng: np.random.Generator, people: Array, day: Array, profile: str
) -> Array:
    """Draw moments of days for a grid of people: int64 ms, never where there is nobody."""
    here = people >= 0
    at = np.full(people.shape, _NEVER)
    at[here] = at_hours(graph, rng, people[here], day[here], profile)
    return at


def _behind(
    graph: Graph, rng: np.random.Generator, people: Array, start: Array, until: Array
) -> tuple[Array, Array, Array, list[Table]]:
    """Put people behind new devices: devices, addresses, a grid of ways, and the tables."""
    count, world, here = len(people), graph.world, people >= 0
    device, ip = graph.new("device", count), rng.permutation(graph.new("ip", count))
    way = _grid(here, graph.new("signs_in", int(here.sum())))
    signs_in = Table.of(
        "signs_in",
        user_id=people[here],
        device_id=np.broadcast_to(device[:, None], people.shape)[here],
        ip_id=np.broadcast_to(ip[:, None], people.shape)[here],
        rate=0.12 * rng.lognormal(0, 0.5, int(here.sum())),
        hours=world.place.profiles.index("home"),
        valid_from=start[here],
        valid_to=until[here],
        case_id=_case(graph, people)[here],
    )
    kind = rng.integers(0, len(words.DEVICE_TYPES), count).astype(np.int8)
    at_home = count // 2
    return (
        device,
        ip,
        way,
        [
            devices(world.place, kind, rng),
            addresses_of(graph, "home", at_home, rng),
            addresses_of(graph, "public", count - at_home, rng),
            signs_in,
        ],
    )


def _collected(
    graph: Graph, rng: np.random.Generator, people: Array, account: Array, way: Array, at: Array
) -> Table:
    """Send what the accounts hold to the first of them, in parts of what there is."""
    sends = at > 0

    def each(grid: Array) -> Array:
        return np.broadcast_to(grid[:, :, None], at.shape)[sends]

    return errands(
        graph,
        at[sends],
        case=each(_case(graph, people)),
        debtor_account_id=each(account),
        creditor_account_id=each(np.broadcast_to(account[:, :1], account.shape)),
        user_id=each(people),
        habit="transfer",
        rail="instant",
        channel="online",
        amount_of="balance",
        share=rng.uniform(0.3, 0.9, int(sends.sum())) / at.shape[2],
        via=each(way),
    )


def _case(graph: Graph, people: Array) -> Array:
    """Give the case of each place in the grid."""
    first = graph.size("case")
    return np.broadcast_to(first + np.arange(len(people))[:, None], people.shape)


def _recruits(
    graph: Graph, rng: np.random.Generator, count: int
) -> tuple[Array, Array, list[Table]]:
    """Settle people like everybody: their users, their main accounts, and the tables."""
    user = graph.size("user") + np.arange(count, dtype=np.int32)
    account = graph.size("account") + np.arange(count, dtype=np.int32)
    tables = list(settle(graph, count, rng))
    opened = sum(len(table) for table in tables if table.name == "account")
    everything = graph.size("account") + np.arange(opened, dtype=np.int32)
    return user, account, with_life(graph, rng, tables, accounts=everything)
