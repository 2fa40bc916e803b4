"""The internet as a bank sees it: who runs which addresses, and what stands behind them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_network
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from graphgen.population.draw import Urns, distinct
from graphgen.schema import words
from graphgen.table import Table, text

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.region import Region
    from graphgen.table import Array

__all__ = ["addresses_of", "devices", "kiosks", "shared_addresses"]

_PREFIX = 16
_BLOCK = 1 << (32 - _PREFIX)

_PEOPLE_BEHIND = {"mobile": 260, "public": 80, "vpn": 900, "hosting": 4_000}
"""People of the world for each shared address. A carrier's is used by nearly all of them, a hotspot
by one in four, a VPN's exit by one in twenty, a host by one in five hundred; our assumptions, after
Cloudflare's report on carrier-grade NAT (2025): hundreds to thousands of people an address."""
_PEOPLE_TO_A_KIOSK = 180
"""People of the world for each kiosk, used by one in twelve of them; our assumption."""


@dataclass(frozen=True, eq=False)
class _Space:
    """The /16 blocks of addresses that the networks of one kind hold."""

    first: Array
    """uint32: the first address of each block."""
    network: Array
    """int32: the row of networks.csv that holds it."""


def shared_addresses(graph: Graph, employers: int, rng: np.random.Generator) -> Table:
    """Make the addresses that many share: an office for each employer, in their order, and more."""
    users = graph.world.users
    counts = {kind: max(1, users // people) for kind, people in _PEOPLE_BEHIND.items()}
    parts = [addresses_of(graph, "office", employers, rng)]
    parts += [addresses_of(graph, kind, count, rng) for kind, count in counts.items()]
    return Table.concat(parts)


def addresses_of(graph: Graph, kind: str, count: int, rng: np.random.Generator) -> Table:
    """Make `count` addresses of a kind (`words.IP_KINDS`) that the graph does not hold yet."""
    region = graph.world.place
    space = _space(region, kind, graph.world.identities)
    networks = region.csv("networks")
    taken = graph["ip"].take(graph["ip"]["kind"] == words.IP_KINDS.index(kind))["address"]
    number = distinct(
        rng,
        graph.world.seed,
        f"addresses of the internet: {kind}",
        len(space.first) * _BLOCK,
        count,
        _numbers(space, taken),
    )
    network = space.network[number // _BLOCK]
    return Table.of(
        "ip",
        address=space.first[number // _BLOCK] + (number % _BLOCK).astype(np.uint32),
        kind=kind,
        country=text(networks["country"], network),
        asn=networks["asn"][network],
        as_name=text(networks["as_name"], network),
    )


def _numbers(space: _Space, taken: Array) -> Array:
    """Give known addresses their numbers in the space; leave out those of other spaces."""
    block = (taken >> np.uint32(32 - _PREFIX)) << np.uint32(32 - _PREFIX)
    order = np.argsort(space.first)
    place = np.minimum(np.searchsorted(space.first[order], block), len(order) - 1)
    known = order[place]
    inside = space.first[known] == block
    numbers: Array = (known.astype(np.int64) * _BLOCK + taken % np.uint32(_BLOCK))[inside]
    return numbers


@lru_cache(maxsize=32)
def _space(region: Region, kind: str, identities: str) -> _Space:
    """Deal a region's blocks out to its networks: by kind, then by weight."""
    internet = region.settings("internet")
    blocks = np.concatenate([_blocks(net) for net in internet[identities]])
    shares = internet["shares"]
    ends = np.round(np.cumsum([shares[k] for k in words.IP_KINDS]) * len(blocks)).astype(np.int64)
    # A step that shares no factor with their number deals neighbours to different kinds.
    step = next(s for s in range(len(blocks) // 3, len(blocks)) if np.gcd(s, len(blocks)) == 1)
    blocks = blocks[np.arange(len(blocks)) * step % len(blocks)]
    at = words.IP_KINDS.index(kind)
    own = blocks[(ends[at - 1] if at else 0) : ends[at]]
    networks = region.csv("networks")
    rows = np.flatnonzero(np.array(networks["kind"]) == kind)
    weight = np.cumsum(networks["weight"][rows])
    middle = (np.arange(len(own)) + 0.5) / len(own)
    return _Space(own, rows[np.searchsorted(weight / weight[-1], middle)].astype(np.int32))


def _blocks(net: str) -> Array:
    spec = ip_network(net)
    first, count = int(spec.network_address), max(1, spec.num_addresses // _BLOCK)
    return (first + np.arange(count, dtype=np.int64) * _BLOCK).astype(np.uint32)


def devices(region: Region, kind: Array, rng: np.random.Generator) -> Table:
    """Make a device of each of these types (codes of `words.DEVICE_TYPES`)."""
    pool = region.csv("devices")
    codes = np.array([words.DEVICE_TYPES.index(word) for word in pool["type"]])
    urns = Urns.of(codes, pool["weight"], len(words.DEVICE_TYPES))
    row = urns.draw(rng, kind)
    return Table.of(
        "device",
        type=kind,
        os=text(pool["os"], row),
        user_agent=text(pool["user_agent"], row),
        fingerprint=_fingerprints(len(kind), rng),
    )


def _fingerprints(count: int, rng: np.random.Generator) -> pa.StringArray:
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(16)
    spelled = rng.bytes(8 * count).hex().encode()
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(spelled))


def kiosks(users: int) -> int:
    """Say how many kiosks a world has: the first devices of its population."""
    return max(1, users // _PEOPLE_TO_A_KIOSK)
