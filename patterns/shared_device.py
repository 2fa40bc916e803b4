"""A shared device: one person works many people's accounts from one device.

A herder has got hold of the accounts of six to fifteen people. Within a week each of them is signed
in to from the same device, and money of theirs is sent to one of them. At the far end, in one case
of ten, stand farms: four times as many accounts behind six emulators, all of one build. It looks
like a family's tablet or a shop's kiosk, from which as many people bank.

The harder it is to find, the smaller are the rings and the sums, the more often the collector is
who knows the fewest others, and the device is the collector's own (a farm's have been for long),
and the more often it stands at each person's own address (a proxy nearby, a carrier's gateway).
What marks the pattern by definition, and is the same in the look-alike: how many people are behind
a device, and that each has a device more, which goes again.

Sources: how many people are behind the device, within how many days and what they send is our
assumption; that device and activity must aggregate together to tell such a group from an honest one
is the finding of Liu et al., "Heterogeneous Graph Neural Networks for Malicious Account Detection"
(Alipay, CIKM 2018; arXiv 2002.12307). Farms: 20 to 200 accounts over 5 to 30 devices is our
assumption; identical builds, "Device farms and emulator abuse"
(https://global.yljz.com/blogs/fraud-network-detection-for-e-wallets-how-device-intelligence-exposes-device-farms-and-emulator-abuse/).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Mirrored, cases, errands, members
from graphgen.planting.addresses import meeting_places
from graphgen.planting.devices import had_for_long, shared_devices, worked_from
from graphgen.planting.flow import banking, blend, first_day, main_accounts, times
from graphgen.planting.rings import loner_first, recruits, sizes
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

_FARM = 4
"""How many times as many accounts a farm has; our assumption."""
_EMULATORS = 6
_OWN = 0.6
"""Share of the hard cases in which the collector has had the devices before; our assumption."""
_NEVER = np.iinfo(np.int64).max - (1 << 40)
_A_WHILE = DAY_MS // 24
"""Nobody sends sooner after the first sign-in; our assumption."""
_WAIT = 8
"""So many days later than at easy, at most, money is sent at hard; our assumption."""
_SENT, _SPREAD = 90_000, 0.8
"""Median of what is sent, in minor units, and its spread; our assumption."""


@dataclass(frozen=True)
class SharedDevice(Mirrored):
    """Many people behind one device within days, and their money sent to one of them."""

    prevalence: ClassVar[float] = 5.0
    defined_by: ClassVar[tuple[str, ...]] = (
        "users behind", "most users behind a device", "devices", "new devices", "ended devices",
        "ended", "device_registered",
    )  # fmt: skip
    counterparts: ClassVar[Mapping[str, str]] = {
        "collector": "host", "recruit": "user", "emulator": "device",
    }  # fmt: skip

    fewest: Annotated[int, Interval(ge=2, le=200)] = 6
    """At least so many people behind the device."""

    most: Annotated[int, Interval(ge=2, le=200)] = 15
    """At most so many."""

    days: Annotated[int, Interval(ge=1, le=60)] = 7
    """Within so many days all of them have signed in."""

    farms: Annotated[float, Interval(ge=0, le=1)] = 0.1
    """Share of the crimes that are farms of emulators."""

    def plant_cases(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield the devices, the sign-ins from them, and the collecting; or kiosks and tablets."""
        hard = self.hardness
        farm = rng.random((count, 1)) < self.farms * is_fraud
        here = sizes(rng, count, self.fewest, self.most, 1 + hard)
        many = here.sum(axis=1, keepdims=True) * np.where(farm, _FARM, 1)
        here = np.arange(self.most * _FARM) < many
        people = recruits(rng, banking(graph), here, "shared_device: people")
        people = loner_first(graph, people, rng.random(count) < hard * is_fraud)
        first, own = people[:, 0], main_accounts(graph, people)
        start, sends, at, until = self._moments(graph, rng, people, is_fraud=is_fraud)
        # the harder, the more often the device is of a type that people use
        emulators = np.where(farm[:, 0], _EMULATORS, 1)
        device, made = shared_devices(graph, rng, first, emulators, own=_OWN * hard, usual=hard)
        ip, places = meeting_places(graph, rng, people, own=hard)
        yield from (made, *places)
        had = farm[:, 0] & (rng.random(count) < _OWN * hard)
        yield had_for_long(graph, rng, first[had], device[had])
        begin, case = start.min(axis=1, where=here, initial=_NEVER), graph.new("case", count)
        rows, table = worked_from(
            graph, rng, people, device,
            ip=ip,
            rate=0.12 - 0.06 * hard,
            begin=start,
            last=begin + self.days * DAY_MS,
            until=until,
            case=case,
            is_fraud=is_fraud,
        )  # fmt: skip
        yield table
        sent = _SENT * rng.lognormal(0, _SPREAD, at.shape)
        yield errands(
            graph, at,
            case=case[:, None, None],
            here=sends,
            debtor_account_id=own[:, :, None],
            creditor_account_id=own[:, :1, None],
            user_id=people[:, :, None],
            habit="transfer",
            rail="instant",
            channel="online",
            amount_minor=blend(graph, rng, sent, hard, habit="transfer", rail="instant"),
            via=rows[:, :, :1],
            stage="theft",
        )  # fmt: skip
        end = until.max(axis=1, where=here, initial=0)
        yield cases(graph, self, case, begin, end, is_fraud=is_fraud)
        user = {"collector": people[:, :1], "recruit": people[:, 1:]}
        yield from members(
            case,
            user=self.called(user, is_fraud=is_fraud),
            account={"account": np.where(is_fraud, own, -1)},
            device={"emulator": np.where(farm, device, -1), "device": np.where(farm, -1, device)},
        )

    def _moments(
        self, graph: Graph, rng: np.random.Generator, people: Array, *, is_fraud: bool
    ) -> tuple[Array, Array, Array, Array]:
        """Draw when each way begins, who sends (bool) and when, in two parts, and its end: ms."""
        world, here = graph.world, people >= 0
        wait = 1 + round(_WAIT * self.hardness)
        first = first_day(graph, rng, len(people), self.days + wait)[:, None]
        day = first + rng.integers(0, max(1, min(self.days, world.days)), here.shape)
        start = times(graph, rng, people, day, "home")
        # the money is sent later, by some in two parts
        sends = here[:, :, None] & (rng.random((*here.shape, 2)) < [1, 0.2 * self.hardness])
        sends &= is_fraud & (np.arange(here.shape[1]) > 0)[:, None]
        later = rng.integers(0, wait + 1, sends.shape)
        later += (start[:, :, None] - world.start_ms) // DAY_MS
        at = times(graph, rng, people[:, :, None], later, "people")
        at = np.where(at <= start[:, :, None] + _A_WHILE, at + DAY_MS, at)
        # the herder looks in once more, and leaves each account alone after that
        done = np.maximum(start, at.max(axis=2, where=sends, initial=0))
        done[:, :1] = done.max(axis=1, where=here, initial=0)[:, None]
        until = done + rng.integers(DAY_MS // 8, 2 * DAY_MS, here.shape)
        return start, sends, at, np.where(is_fraud, until, world.end_ms)
