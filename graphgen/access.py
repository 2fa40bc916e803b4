"""Access: new devices and addresses over which patterns let people be banked for, and new contacts.

Everything works on grids: a row for each case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.population.identity import emails
from graphgen.population.network import devices
from graphgen.schema import NULL_NUMBER, words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["addresses", "mailboxes", "new_devices", "own_address", "ways"]


def addresses(
    graph: Graph, rng: np.random.Generator, count: int, **kinds: float
) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Draw internet addresses that people have already, of kinds in these shares: int32."""
    of = graph["ip"]["kind"]
    order, codes = np.argsort(of, kind="stable"), [words.IP_KINDS.index(kind) for kind in kinds]
    kind = rng.choice(codes, count, p=[*kinds.values()])
    first, last = (np.searchsorted(of[order], kind, side) for side in ("left", "right"))
    return order[first + (rng.random(count) * (last - first)).astype(np.int64)].astype(np.int32)


def own_address(graph: Graph, person: Array) -> Array:
    """Find the first address that each of these people banks from all the time: int32."""
    found = np.full(graph.size("user"), -1, np.int32)
    if graph.blocks:
        known = graph.blocks[0].tables["signs_in"]
        stands = (known["valid_from"] <= graph.world.start_ms) & (known["valid_to"] == NULL_NUMBER)
        found[known["user_id"][stands][::-1]] = known["ip_id"][stands][::-1]
    return np.asarray(found[person])


def mailboxes(
    graph: Graph, rng: np.random.Generator, person: Array, *, own: bool
) -> tuple[Array, Table]:
    """Make a new e-mail address for each of these people: their rows (int32), and the table.

    They are made of the person's `own` name, or of somebody else's.
    """
    region, user = graph.world.place, graph["user"]
    (women, _), (men, _) = region.given_names
    named = person if own else rng.integers(0, max(1, graph.size("user")), len(person))
    given, family = (
        np.asarray(pc.index_in(user[column].take(pa.array(named)), pa.array(names)), np.int64)
        for column, names in (
            ("given_name", [*women, *men]),
            ("family_name", region.family_names[0]),
        )
    )
    return graph.new("email", len(person)), emails(graph, given, family, rng)


def new_devices(
    graph: Graph, rng: np.random.Generator, count: int, *kinds: str
) -> tuple[Array, Table]:
    """Make a device for each case, of one of these kinds: their rows (int32), and the table."""
    codes = np.array([words.DEVICE_TYPES.index(kind) for kind in kinds], np.int8)
    return graph.new("device", count), devices(graph.world.place, rng.choice(codes, count), rng)


def ways(
    graph: Graph,
    *,
    person: Array,
    device: Array,
    ip: Array,
    rate: Array | float,
    begin: Array,
    end: Array,
    case: Array,
    stage: str | None,
) -> tuple[Array, Table]:
    """Let people be banked for from a device at an address: the rows of `signs_in`, and the table.

    All broadcast to one grid; where it says that a person is -1 there is no way, and its row is
    -1. `rate` is sessions a day (0: only what names the way uses it), begin and end are int64 ms;
    what ends after the world does has no end.
    """
    grids = np.broadcast_arrays(person, device, ip, rate, begin, end, case)
    here = grids[0] >= 0
    rows = np.full(here.shape, -1, np.int32)
    rows[here] = graph.new("signs_in", int(here.sum()))
    person, device, ip, rate, begin, end, case = (grid[here] for grid in grids)
    table = Table.of(
        "signs_in",
        user_id=person,
        device_id=device,
        ip_id=ip,
        rate=rate,
        hours=graph.world.place.profiles.index("home"),
        valid_from=begin,
        valid_to=np.where(end >= graph.world.end_ms, NULL_NUMBER, end),
        stage=stage,
        case_id=case,
    )
    return rows, table
