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
from graphgen.pattern import Pattern, cases, errands, members
from graphgen.planting.flow import banking, blend, first_day, times
from graphgen.planting.rings import own_ways, recruits, sizes, ways
from graphgen.population.holders import holders
from graphgen.population.network import addresses_of, devices
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

_FARM = 4
"""How many times as many accounts a farm has; our assumption."""
_EMULATORS = 6
_OWN = 0.6
"""Share of the hard cases in which the collector has had the devices before; our assumption."""
_HAD_MS, _SELDOM = 700 * DAY_MS, 0.03
"""For how long at most emulators have been had, and how often a day their owner banks over each;
our assumption."""
_NEVER = np.iinfo(np.int64).max - (1 << 40)
_PHONE = words.DEVICE_TYPES.index("phone")
_A_WHILE = DAY_MS // 24
"""Nobody sends sooner after the first sign-in, and on a farm the second of somebody's devices is no
later than that; our assumption."""
_WAIT = 8
"""So many days later than at easy, at most, money is sent at hard; our assumption."""
_SENT, _SPREAD = 90_000, 0.8
"""Median of what is sent, in minor units, and its spread; our assumption."""


@dataclass(frozen=True)
class SharedDevice(Pattern):
    """Many people behind one device within days, and their money sent to one of them."""

    prevalence: ClassVar[float] = 5.0
    defined_by: ClassVar[tuple[str, ...]] = (
        "users behind",
        "most users behind a device",
        "devices",
        "new devices",
        "ended devices",
        "ended",
        "device_registered",
    )

    counterparts: ClassVar[Mapping[str, str]] = {
        "collector": "host",
        "recruit": "user",
        "emulator": "device",
    }

    fewest: Annotated[int, Interval(ge=2, le=200)] = 6
    """At least so many people behind the device."""

    most: Annotated[int, Interval(ge=2, le=200)] = 15
    """At most so many."""

    days: Annotated[int, Interval(ge=1, le=60)] = 7
    """Within so many days all of them have signed in."""

    farms: Annotated[float, Interval(ge=0, le=1)] = 0.1
    """Share of the crimes that are farms of emulators."""

    def __post_init__(self) -> None:
        if self.fewest > self.most:
            raise ValueError(f"shared_device: fewest {self.fewest} is more than most {self.most}")

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the devices, the sign-ins from them, and the collecting."""
        yield from self._planted(graph, rng, self.instances(graph), is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield kiosks and tablets from which as many neighbours bank, as long as they stand."""
        yield from self._planted(graph, rng, self.lookalikes(graph), is_fraud=False)

    def _planted(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        hard = self.hardness
        farm = rng.random((count, 1)) < self.farms * is_fraud
        here = sizes(rng, count, self.fewest, self.most, 1 + hard)
        many = here.sum(axis=1, keepdims=True) * np.where(farm, _FARM, 1)
        here = np.arange(self.most * _FARM) < many
        people = recruits(rng, banking(graph), here, "shared_device: people")
        people = _loner_first(graph, people, rng.random(count) < hard * is_fraud)
        start, sends, at, until = self._moments(graph, rng, people, is_fraud=is_fraud)
        device, ip, made = self._devices(graph, rng, people, farm)
        yield from made
        yield self._before(graph, rng, people[:, 0], device, farm[:, 0])
        # everybody is signed in to from two of a farm's devices; a collector's own way is there
        number = np.arange(2)
        turn = (np.arange(here.shape[1])[:, None] + number) % _EMULATORS * farm[:, :, None]
        later = number * rng.integers(_A_WHILE // 60, _A_WHILE, (*here.shape, 1))
        last = start.min(axis=1, where=here, initial=_NEVER)[:, None, None] + self.days * DAY_MS
        case = graph.new("case", count)
        rows, table = ways(
            graph,
            here[:, :, None] & (number <= farm[:, :, None]) & ~_is_own(graph, people, device),
            is_fraud=is_fraud,
            user_id=people[:, :, None],
            device_id=np.take_along_axis(device[:, None], turn, axis=2),
            ip_id=ip[:, :, None],
            rate=(0.12 - 0.06 * hard) * rng.lognormal(0, 0.5, later.shape),
            valid_from=np.minimum(start[:, :, None] + later, last),
            valid_to=until[:, :, None],
            case_id=case[:, None, None],
        )
        yield table
        own = np.where(here, holders(graph).main[people], -1)
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
        begin = start.min(axis=1, where=here, initial=_NEVER)
        end = until.max(axis=1, where=here, initial=0)
        yield cases(graph, self, case, begin, end, is_fraud=is_fraud)
        roles = ("collector", "recruit") if is_fraud else ("host", "user")
        yield from members(
            case,
            user=dict(zip(roles, (people[:, :1], people[:, 1:]), strict=True)),
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

    def _before(
        self, graph: Graph, rng: np.random.Generator, collector: Array, device: Array, farm: Array
    ) -> Table:
        """Give collectors' own ways over emulators that they have had for long: `signs_in`."""
        case = np.flatnonzero(farm & (rng.random(len(farm)) < _OWN * self.hardness))
        user, used = np.broadcast_arrays(collector[case, None], device[case])
        had = (_HAD_MS * rng.random(user.size)).astype(np.int64)
        graph.new("signs_in", user.size)
        return Table.of(
            "signs_in",
            user_id=user.reshape(-1),
            device_id=used.reshape(-1),
            ip_id=own_ways(graph)[1][user.reshape(-1)],
            rate=_SELDOM * rng.lognormal(0, 0.5, user.size),
            hours=graph.world.place.profiles.index("home"),
            valid_from=graph.world.start_ms - 1 - had,
        )

    def _devices(
        self, graph: Graph, rng: np.random.Generator, people: Array, farm: Array
    ) -> tuple[Array, Array, list[Table]]:
        """Give the devices (cases, emulators), the address for each person, and what is new."""
        own_device, own_ip = own_ways(graph)
        device = np.full((len(people), _EMULATORS), -1, np.int32)
        taken = ~farm[:, 0] & (rng.random(len(people)) < _OWN * self.hardness)
        device[taken, 0] = own_device[people[taken, 0]]
        new = (farm | (np.arange(_EMULATORS) < 1)) & ~taken[:, None]
        device[new] = graph.new("device", int(new.sum()))
        of = np.nonzero(new)[0]
        # the harder, the more often it is of a type that people use
        kind = rng.integers(0, len(words.DEVICE_TYPES), len(people))
        usual = graph["device"]["type"][rng.choice(graph["uses_device"]["device_id"], len(people))]
        kind = np.where(rng.random(len(people)) < self.hardness, usual, kind)
        kind = np.where(farm[:, 0], _PHONE, kind).astype(np.int8)
        # a farm's devices are of one build, but each has a fingerprint of its own
        build = devices(graph.world.place, kind, rng).take(of)
        each = devices(graph.world.place, kind[of], rng)
        made = [build.with_columns(fingerprint=each["fingerprint"])]
        ip = np.where(rng.random(people.shape) < self.hardness, own_ip[people], -1)
        ip = np.where(people >= 0, ip, 0)
        meet = np.flatnonzero((ip < 0).any(axis=1))
        where = np.full((len(people), 1), -1, np.int32)
        where[meet, 0] = rng.permutation(graph.new("ip", len(meet)))
        for sort, many in (("home", len(meet) // 2), ("public", len(meet) - len(meet) // 2)):
            made.append(addresses_of(graph, sort, many, rng))
        return device, np.where(ip < 0, where, ip), made


def _loner_first(graph: Graph, people: Array, some: Array) -> Array:
    """Put who knows the fewest others first, in some cases (bool): int32, as `people`.

    Recruits who pay the collector know the collector as often as others know whom they pay.
    """
    knows, size = graph["knows"], graph.size("user")
    known = sum(np.bincount(knows[end], minlength=size) for end in ("user_id", "other_user_id"))
    fewest = np.where(people >= 0, np.asarray(known)[people], size).argmin(axis=1)
    place = np.where(some, fewest, 0)[:, None]
    people = people.copy()
    first = people[:, :1].copy()
    people[:, :1] = np.take_along_axis(people, place, axis=1)
    np.put_along_axis(people, place, np.where(place > 0, first, people[:, :1]), axis=1)
    return people


def _is_own(graph: Graph, people: Array, device: Array) -> Array:
    """Tell where the device is the collector's own: bool (cases, people, 1)."""
    own = people >= 0
    own[:, 1:] = False
    return np.asarray(own & (own_ways(graph)[0][people] == device[:, :1]))[:, :, None]
