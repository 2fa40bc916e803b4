"""The devices that people bank from: their own, the family's, new ones that replace old ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.population import network
from graphgen.population.draw import chance, take, uniform_ms
from graphgen.population.places import YEAR_MS, Towns, moments
from graphgen.schema import words

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.population.people import People
    from graphgen.table import Array, Table

__all__ = ["Devices", "draw_devices"]

_PHONE = words.DEVICE_TYPES.index("phone")
_LIFE_MS = int(2.5 * YEAR_MS)
"""How long people keep a device: 30 months on average; our assumption."""
_SECOND, _THIRD, _SHARED = 0.10, 0.35, 0.20
"""People with a second device of their own, those of them with a third one, and households of
several that share one: so that 70 % of people use one device, 23 % two and 7 % more, and 94 % of
devices have one user (kiosks included); one in ten of those that are shared is a phone; our
assumption."""
_OTHER_TYPES = (0.10, 0.20, 0.50, 0.20)
"""Types of further devices, in the order of `words.DEVICE_TYPES`; our assumption."""


@dataclass(frozen=True)
class Devices:
    """Devices of people: each has an owner, and perhaps another device that comes after it."""

    table: Table
    row: Array
    """int32: row number in the graph; those that replace others come last."""
    first: Array
    """int32 (people,): everybody's first device."""
    second: Array
    """int32 (people,): a second one, -1 for none."""
    third: Array
    """int32 (people,): a third one, -1 for none."""
    shared: Array
    """int32 (people,): the one that the household shares, -1 for none."""
    group: Array
    """int8: 1 for a first device, 2 a second, 3 a third, 4 a shared one; 5 to 8 replace these."""
    since: Array
    """int64: from when a device that is in use at the start has been in use."""
    next: Array
    """int32: the device that replaces it within the world's days, -1 for none."""
    until: Array
    """int64: when that happens."""

    @property
    def is_phone(self) -> Array:
        """Whether each is a phone: bool."""
        phone: Array = self.table["type"] == _PHONE
        return phone


def draw_devices(graph: Graph, people: People, here: Towns, rng: np.random.Generator) -> Devices:
    """Draw the devices of people; `first`, `next` and so on count along `row`."""
    world, count = graph.world, people.count
    types, owners, slots, sizes = [], [], [], []
    total = 0
    for who, kind in _slots(people, rng):
        slot = np.full(count, -1, np.int32)
        slot[who] = total + np.arange(len(who), dtype=np.int32)
        total += len(who)
        types.append(kind)
        owners.append(who)
        slots.append(slot)
        sizes.append(len(who))
    owner = np.concatenate(owners)
    kind = np.concatenate(types)
    group = np.repeat(np.arange(1, len(sizes) + 1), sizes)
    due = chance(rng, -np.expm1(-(world.end_ms - world.start_ms) / _LIFE_MS), total)
    old = np.flatnonzero(due)
    after = np.full(total + len(old), -1, np.int32)
    after[old] = total + np.arange(len(old), dtype=np.int32)
    until = np.full(total + len(old), np.iinfo(np.int64).max)
    until[old] = moments(world, here.zones, people.town[owner[old]], rng)
    since = np.zeros(total + len(old), np.int64)
    bought = world.start_ms - (rng.random(total) * _LIFE_MS * 1.2).astype(np.int64)
    since[:total] = uniform_ms(rng, bought, world.start_ms, total) // 2 + bought // 2
    since[total:] = until[old]
    shared = slots[3]
    with_head = shared[people.head]
    return Devices(
        table=network.devices(world.place, np.concatenate((kind, kind[old])), rng),
        row=graph.new("device", total + len(old)),
        first=slots[0],
        second=slots[1],
        third=slots[2],
        shared=np.where(people.position <= 2, with_head, -1),  # noqa: PLR2004 - at most three share
        group=np.concatenate((group, group[old] + len(sizes))).astype(np.int8),
        since=since,
        next=after,
        until=until,
    )


def _slots(people: People, rng: np.random.Generator) -> list[tuple[Array, Array]]:
    """Tell who has a first, second, third device and one for the household, and of which type."""
    everyone = np.arange(people.count, dtype=np.int32)
    phones = np.interp(people.age, [18, 45, 65, 80], [0.98, 0.96, 0.86, 0.6])
    first = _other_types(people.count, rng, phone=False)
    first = np.where(chance(rng, phones, people.count), np.int8(_PHONE), first)
    second = everyone[chance(rng, _SECOND, people.count)]
    third = second[chance(rng, _THIRD, len(second))]
    several = (people.position == 0) & (people.companion >= 0)
    shared = everyone[several & chance(rng, _SHARED, people.count)]
    return [
        (everyone, first),
        (second, _other_types(len(second), rng)),
        (third, _other_types(len(third), rng)),
        (shared, _other_types(len(shared), rng)),
    ]


def _other_types(count: int, rng: np.random.Generator, *, phone: bool = True) -> Array:
    weights = list(_OTHER_TYPES)
    if not phone:
        weights[_PHONE] = 0.0
    return take(rng, weights, count).astype(np.int8)
