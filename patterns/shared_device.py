"""A shared device: one person works many people's accounts from one device.

A herder has six to fifteen people's accounts, recruited or bought, in hand. Within a week each of them
signs in from the same device, and what the accounts hold is sent to one of them. It looks like a family's
tablet or a shop's kiosk, from which as many people bank.

Sources: how many people are behind the device, within how many days and what they send is our assumption;
that device and activity must aggregate together to tell such a group from an honest one is the finding of
Liu et al., "Heterogeneous Graph Neural Networks for Malicious Account Detection" (Alipay, CIKM 2018; arXiv
2002.12307). Honest users of one device: see the population.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Pattern, cases, choose, members
from graphgen.population import live, settle
from graphgen.population.network import addresses_of, devices
from graphgen.schedule import ONCE
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS


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
        grid = np.full(here.shape, -1, np.int32)
        grid[here] = user
        device, ip, start, way, sign_ins = self._behind(graph, rng, grid, kind="phone", net="home")
        yield from sign_ins
        own = np.full(here.shape, -1, np.int32)
        own[here] = account
        pays, last = self._collected(graph, rng, grid, own, way, start)
        yield pays
        case = graph.new("case", count)
        yield cases(graph, self, case, start.min(axis=1, initial=2**62), last, is_fraud=True)
        collector = np.where(np.arange(self.most) == 0, grid, -1)
        recruited = np.where(np.arange(self.most) == 0, -1, grid)
        yield from members(
            case,
            user={"collector": collector, "recruit": recruited},
            account={"account": own},
            device={"device": device[:, None]},
            ip={"address": ip[:, None]},
        )

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield kiosks and tablets from which as many neighbours bank, for as long as they stand."""
        count = self.lookalikes(graph)
        here = self._sizes(rng, count)
        people = np.arange(graph.size("user"), dtype=np.int32)
        grid = np.full(here.shape, -1, np.int32)
        grid[here] = choose(rng, people, (int(here.sum()),), "shared_device: look-alikes' people")
        device, ip, start, _, tables = self._behind(graph, rng, grid, kind="tablet", net="public")
        yield from tables
        case = graph.new("case", count)
        end = np.full(count, graph.world.end_ms)
        yield cases(graph, self, case, start.min(axis=1, initial=2**62), end, is_fraud=False)
        yield from members(
            case,
            user={"user": grid},
            device={"device": device[:, None]},
            ip={"address": ip[:, None]},
        )

    def _sizes(self, rng: np.random.Generator, count: int) -> Array:
        """Draw how many are behind each device: bool (count, most), where there is somebody."""
        sizes = rng.integers(self.fewest, self.most + 1, (count, 1))
        return np.arange(self.most) < sizes

    def _behind(
        self, graph: Graph, rng: np.random.Generator, people: Array, *, kind: str, net: str
    ) -> tuple[Array, Array, Array, Array, list[Table]]:
        """Put people behind new devices: device, address, first sign-in (ms, a grid), ways, tables.

        Where the grid of people says -1, first sign-in is the end of time and the way -1.
        """
        count, world = len(people), graph.world
        here = people >= 0
        code = np.full(count, words.DEVICE_TYPES.index(kind), np.int8)
        device, ip = graph.new("device", count), graph.new("ip", count)
        window = min(self.days, world.days) * DAY_MS
        begin = world.start_ms + rng.integers(0, max(1, world.days * DAY_MS - window), (count, 1))
        start = begin + rng.integers(0, max(1, window), people.shape)
        way = np.full(people.shape, -1, np.int32)
        way[here] = graph.new("signs_in", int(here.sum()))
        case = np.arange(count, dtype=np.int32)[:, None] + graph.size("case")
        signs_in = Table.of(
            "signs_in",
            user_id=people[here],
            device_id=np.broadcast_to(device[:, None], people.shape)[here],
            ip_id=np.broadcast_to(ip[:, None], people.shape)[here],
            rate=0.12 * rng.lognormal(0, 0.5, int(here.sum())),
            hours=world.place.profiles.index("home"),
            valid_from=start[here],
            case_id=np.broadcast_to(case, people.shape)[here],
        )
        tables = [devices(world.place, code, rng), addresses_of(graph, net, count, rng), signs_in]
        return device, ip, np.where(here, start, np.int64(2**62)), way, tables

    def _collected(
        self,
        graph: Graph,
        rng: np.random.Generator,
        people: Array,
        account: Array,
        way: Array,
        start: Array,
    ) -> tuple[Table, Array]:
        """Send what the accounts hold to the first of them: the errands, and each case's last."""
        sends = people >= 0
        sends[:, 0] = False
        stretch = int(DAY_MS * (2 + 12 * self.difficulty))
        wait = rng.integers(DAY_MS // 24, stretch, people.shape)
        at = np.where(sends, start + wait, 0)
        case = np.arange(len(people), dtype=np.int32)[:, None] + graph.size("case")
        table = Table.of(
            "pays",
            debtor_account_id=account[sends],
            creditor_account_id=np.broadcast_to(account[:, :1], account.shape)[sends],
            user_id=people[sends],
            habit="transfer",
            rail="instant",
            channel="online",
            amount_minor=0,
            spread=0.0,
            amount_of="balance",
            share=rng.uniform(0.35, 0.9, int(sends.sum())),
            rate=0.0,
            schedule=ONCE,
            hours=graph.world.place.profiles.index("people"),
            valid_from=at[sends],
            via=way[sends],
            case_id=np.broadcast_to(case, people.shape)[sends],
        )
        return table, np.maximum(at.max(axis=1, initial=0), start.min(axis=1, initial=2**62))


def _recruits(
    graph: Graph, rng: np.random.Generator, count: int
) -> tuple[Array, Array, list[Table]]:
    """Settle people like everybody: their users, their main accounts, and the tables."""
    user = graph.size("user") + np.arange(count, dtype=np.int32)
    account = graph.size("account") + np.arange(count, dtype=np.int32)
    tables = list(settle(graph, count, rng))
    grown = graph.grow("recruits", tables)
    opened = np.arange(graph.size("account"), grown.size("account"), dtype=np.int32)
    return user, account, [*tables, *live(grown, rng, accounts=opened)]
