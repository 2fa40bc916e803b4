"""Devices that groups of people bank from: their own, those of one of them, or new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.planting.rings import own_ways, ways
from graphgen.population.network import devices
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["had_for_long", "own_or_new", "shared_devices", "worked_from"]

_PHONE = words.DEVICE_TYPES.index("phone")
_HAD_MS, _SELDOM = 700 * DAY_MS, 0.03
"""For how long at most devices have been had, and how often a day their owner banks over each; our
assumption."""
_A_WHILE = DAY_MS // 24
"""Who is signed in to from two devices is so from the second within this time; our assumption."""


def own_or_new(
    graph: Graph, rng: np.random.Generator, people: Array, own: float
) -> tuple[Array, Table]:
    """Give a share `own` of people the device that they have, others a new one: int32, as they.

    `people` are int32 users, a grid, -1 for nobody; the new ones' table comes with them.
    """
    device = own_ways(graph)[0][people]
    new = (people >= 0) & (rng.random(people.shape) >= own)
    device[new] = graph.new("device", int(new.sum()))
    kind = rng.choice(graph["device"]["type"], int(new.sum()))
    return device, devices(graph.world.place, kind, rng)


def shared_devices(
    graph: Graph,
    rng: np.random.Generator,
    owner: Array,
    many: Array,
    *,
    own: float,
    usual: float,
) -> tuple[Array, Table]:
    """Give each case so many devices: int32 (cases, devices), -1 for none; and the new ones' table.

    Where it is one, a share `own` of cases has the one of its `owner` (int32 users), and a share
    `usual` of the others is of a type that people use. Where it is several, they are emulators:
    phones of one build, each with a fingerprint of its own.
    """
    count, farm = len(owner), many > 1
    device = np.full((count, int(many.max(initial=1))), -1, np.int32)
    taken = ~farm & (rng.random(count) < own)
    device[taken, 0] = own_ways(graph)[0][owner[taken]]
    new = (np.arange(device.shape[1]) < many[:, None]) & ~taken[:, None]
    device[new] = graph.new("device", int(new.sum()))
    of = np.nonzero(new)[0]
    kind = rng.integers(0, len(words.DEVICE_TYPES), count)
    used = graph["device"]["type"][rng.choice(graph["uses_device"]["device_id"], count)]
    kind = np.where(rng.random(count) < usual, used, kind)
    kind = np.where(farm, _PHONE, kind).astype(np.int8)
    build = devices(graph.world.place, kind, rng).take(of)
    each = devices(graph.world.place, kind[of], rng)
    return device, build.with_columns(fingerprint=each["fingerprint"])


def worked_from(
    graph: Graph,
    rng: np.random.Generator,
    people: Array,
    device: Array,
    *,
    ip: Array,
    rate: float,
    begin: Array,
    last: Array,
    until: Array,
    case: Array,
    is_fraud: bool,
) -> tuple[Array, Table]:
    """Let each of a case's people be banked for from its device, or from two of its several.

    Parameters
    ----------
    graph, rng
        What is planted on, and where chance comes from.
    people, ip
        int32 users and addresses (cases, people), -1 for nobody. The first has no way over a device
        that is the first's own: it is there.
    device
        int32 (cases, devices), as of `shared_devices`.
    rate
        Sessions a day, at the median.
    begin, until
        int64 ms, as `people`: when each is first signed in to, and for the last time. On the second
        device that is within an hour, but not after `last` (int64 ms, cases).
    case, is_fraud
        The cases' rows (int32), and whether it is the crime.

    Returns
    -------
    The ways' rows (int32 (cases, people, 2), -1 for none), and `signs_in`.

    """
    number, many = np.arange(2), (device >= 0).sum(axis=1)[:, None, None]
    turn = (np.arange(people.shape[1])[:, None] + number) % np.maximum(1, many)
    here = (people >= 0)[:, :, None] & (number < many)
    here[:, 0] &= ~(own_ways(graph)[0][people[:, 0]] == device[:, 0])[:, None]
    later = number * rng.integers(_A_WHILE // 60, _A_WHILE, (*people.shape, 1))
    return ways(
        graph,
        here,
        is_fraud=is_fraud,
        user_id=people[:, :, None],
        device_id=np.take_along_axis(device[:, None], turn, axis=2),
        ip_id=ip[:, :, None],
        rate=rate * rng.lognormal(0, 0.5, here.shape),
        valid_from=np.minimum(begin[:, :, None] + later, last[:, None, None]),
        valid_to=until[:, :, None],
        case_id=case[:, None, None],
    )


def had_for_long(graph: Graph, rng: np.random.Generator, owner: Array, device: Array) -> Table:
    """Give owners (int32, one a row) ways over devices that they have had before: `signs_in`.

    They bank over each now and then, from where they do anyway; the ways are of no case.
    """
    user, used = (grid.reshape(-1) for grid in np.broadcast_arrays(owner[:, None], device))
    had = (_HAD_MS * rng.random(user.size)).astype(np.int64)
    graph.new("signs_in", user.size)
    return Table.of(
        "signs_in",
        user_id=user,
        device_id=used,
        ip_id=own_ways(graph)[1][user],
        rate=_SELDOM * rng.lognormal(0, 0.5, user.size),
        hours=graph.world.place.profiles.index("home"),
        valid_from=graph.world.start_ms - 1 - had,
    )
