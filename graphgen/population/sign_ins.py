"""How people sign in: from which device, at which internet address, how often, at which hours."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from graphgen.population.draw import chance, uniform_ms
from graphgen.population.network import kiosks
from graphgen.population.places import YEAR_MS
from graphgen.population.roaming import next_gateways, stays
from graphgen.schema import NULL_NUMBER, NULL_ROW, words
from graphgen.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphgen.graph import Graph
    from graphgen.population.devices import Devices
    from graphgen.population.dwellings import Dwellings
    from graphgen.population.people import People
    from graphgen.population.places import Towns
    from graphgen.table import Array

__all__ = ["sign_ins"]

_A_DAY = 0.85
"""Sessions a day on average: 17 to 18.6 sign-ins a month by phone, 8 on the web (Malauzai, 7
million sign-ins, 2016)."""
_SPREAD = 0.9
"""Standard deviation of the logarithm of a person's rate; our assumption."""
_PUBLIC, _VPN, _HOSTING, _KIOSK, _AT_WORK = 0.12, 0.05, 0.002, 0.08, 0.6
"""Shares of people who also bank over a hotspot, a VPN, a hosted machine, from a kiosk; and of
those who work in an office, over its network; our assumption."""
_STANDS_MS = 3 * YEAR_MS
"""How long a kiosk has stood before the world begins; our assumption."""
_GUESTS, _NEAR = 0.12, 60
"""Share of people who also bank over the line of a home where they are guests, and among how many
of their city that is found; our assumption."""
_RESIDENTIAL, _TO_AN_EXIT = 0.03, 900
"""Share of people who also bank through the line of somebody's home, by a service that sells such
exits, and people of the world for each of these; our assumption."""
_OPEN = np.iinfo(np.int64).max


@dataclass(frozen=True)
class _Ways:
    """Spans of time in which a route holds."""

    route: Array
    row: Array
    ip: Array
    begin: Array
    end: Array

    def turn(self, column: str, new: Array, at: Array) -> list[_Ways]:
        """Change a column, for good, of the routes for which `new` is not -1."""
        some = np.flatnonzero(new[self.route] >= 0)
        route, when = self.route[some], at[self.route[some]]
        later = replace(
            self.take(some), begin=np.maximum(self.begin[some], when), **{column: new[route]}
        )
        self.end[some] = np.minimum(self.end[some], when)
        return [self, later]

    def take(self, rows: Array) -> _Ways:
        """Give some of them."""
        return _Ways(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True)
class _Routes:
    """Ways in which people sign in, one entry each."""

    who: Array
    device: Array
    """int32: number along `Devices.row`, or -1 - k for kiosk k."""
    ip: Array
    """int32: row, or -1 for home."""
    share: Array
    """float32: how much of the person's sessions, next to the person's other ways."""
    hours: Array
    """int8: row of the region's profiles."""
    is_visit: Array
    """bool: whether they do so for a while only, in somebody else's home."""


def sign_ins(
    graph: Graph,
    people: People,
    user: Array,
    employer: Array,
    devices: Devices,
    homes: Dwellings,
    here: Towns,
    rng: np.random.Generator,
) -> Table:
    """Make the habits of signing in; `employer` is a row for each person, -1 for none."""
    near = here.quantile(rng, people.town)
    parts = list(_routes(graph, people, employer, devices, homes, near, rng))
    routes = _Routes(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    rate = _rates(people.count, routes, rng)
    device = np.maximum(routes.device, 0)
    is_kiosk = routes.device < 0
    since = np.where(is_kiosk, graph.world.start_ms - _STANDS_MS, devices.since[device])
    since = np.maximum(people.customer_since[routes.who], since)
    begin = uniform_ms(rng, since, since + (graph.world.start_ms - since) // 2, len(since))
    begin = np.minimum(begin, graph.world.start_ms - 1)
    row = np.where(is_kiosk, -1 - routes.device, devices.row[device])
    after = np.where(is_kiosk, NULL_ROW, devices.next[device])
    home = people.household[routes.who]
    at_home = routes.ip < 0
    ip = np.where(at_home, homes.ip[home], routes.ip)
    luck = rng.spawn(1)[0]
    came, left = stays(graph, len(row), luck)
    begin = np.where(routes.is_visit, np.maximum(since, came), begin)
    end = np.where(routes.is_visit & (left < graph.world.end_ms), left, _OPEN)
    ways = _Ways(np.arange(len(row), dtype=np.int32), row, ip, begin, end)
    new_row = np.where(after >= 0, devices.row[after], NULL_ROW)
    new_ip = np.where(at_home, homes.new_ip[home], NULL_ROW)
    spans = ways.turn("row", new_row, devices.until[device])
    spans = [late for span in spans for late in span.turn("ip", new_ip, homes.moves_at[home])]
    gateway, at = next_gateways(graph, np.where(is_kiosk, -1, routes.ip), luck)
    spans = [late for span in spans for late in span.turn("ip", gateway, at)]
    ways = _Ways(*(np.concatenate([getattr(s, f.name) for s in spans]) for f in fields(_Ways)))
    order = _order(routes.who[ways.route], ways, devices)
    route = ways.route[order]
    end = ways.end[order]
    return Table.of(
        "signs_in",
        user_id=user[routes.who[route]],
        device_id=ways.row[order],
        ip_id=ways.ip[order],
        rate=rate[route],
        hours=routes.hours[route],
        valid_from=ways.begin[order],
        valid_to=np.where(end == _OPEN, NULL_NUMBER, end),
    )


def _order(who: Array, ways: _Ways, devices: Devices) -> Array:
    """Order the ways that are open for some time by person, then by device."""
    # A person has one device of each group, and kiosks come before all: one sort of whole numbers.
    groups = np.concatenate((devices.group, [0]))[np.maximum(ways.row - devices.row[0], -1)]
    bits = max(len(who).bit_length(), 1)
    way = np.flatnonzero(ways.begin < ways.end)
    packed = np.sort((who[way].astype(np.int64) << 4 | groups[way]) << bits | way)
    order: Array = packed & ((1 << bits) - 1)
    return order


def _rates(count: int, routes: _Routes, rng: np.random.Generator) -> Array:
    """Share each person's rate out among the person's ways: float64, sessions a day."""
    a_day = _A_DAY * np.exp(_SPREAD * rng.standard_normal(count) - _SPREAD**2 / 2)
    part = routes.share * rng.gamma(2.0, 0.5, len(routes.who)) + 1e-3
    whole = np.bincount(routes.who, part, minlength=count)
    return a_day[routes.who] * part / whole[routes.who]


def _routes(
    graph: Graph,
    people: People,
    employer: Array,
    devices: Devices,
    homes: Dwellings,
    near: Array,
    rng: np.random.Generator,
) -> Iterator[tuple[Array, ...]]:
    """Give who signs in by which device, where, how much of the time, and at which hours."""
    count = people.count
    everyone = np.arange(count, dtype=np.int32)
    home, roaming = _profiles(graph, people)
    has_phone = devices.is_phone[devices.first]

    def way(
        who: Array,
        device: Array,
        ip: Array | int,
        share: float,
        hours: Array,
        *,
        is_visit: bool = False,
    ) -> tuple[Array, ...]:
        size = len(who)
        return (
            who,
            device[who].astype(np.int32),
            np.broadcast_to(np.asarray(ip, np.int32), size),
            np.full(size, share, np.float32),
            hours[who],
            np.full(size, is_visit),
        )

    yield way(everyone, devices.first, -1, 0.45, home)
    for device, share in ((devices.second, 0.22), (devices.third, 0.12), (devices.shared, 0.12)):
        yield way(everyone[device >= 0], device, -1, share, home)
    who = everyone[has_phone]
    yield way(who, devices.first, _shared(graph, "mobile", near[who]), 0.33, roaming)
    who = everyone[(chance(rng, _AT_WORK, count) & (employer >= 0) & _in_office(graph, people))]
    office = graph.world.place.profiles.index("office")
    at_work = np.full(count, office, np.int8)
    yield way(who, devices.first, _offices(graph)[employer[who]], 0.15, at_work)
    who = everyone[chance(rng, _PUBLIC, count) | ~has_phone]
    yield way(who, devices.first, _shared(graph, "public", near[who]), 0.05, roaming)
    latest = np.where(devices.second >= 0, devices.second, devices.first)
    for kind, part in (("vpn", _VPN), ("hosting", _HOSTING)):
        who = everyone[chance(rng, part, count)]
        yield way(who, latest, _shared(graph, kind, rng.random(len(who))), 0.15, home)
    who = everyone[chance(rng, _GUESTS, count)]
    hosts = homes.ip[people.household[_hosts(people, who, rng)]]
    yield way(who, devices.first, hosts, 0.05, home, is_visit=True)
    who = everyone[chance(rng, _RESIDENTIAL, count)]
    exits = _exits(graph, homes)
    exits = exits[(rng.random(len(who)) * len(exits)).astype(np.int64)]
    yield way(who, latest, exits, 0.15, home, is_visit=True)
    who = everyone[chance(rng, _KIOSK, count)]
    kiosk = _kiosk(graph, near)
    spot = (kiosk[who] + 0.5) / kiosks(graph.world.users)
    yield way(who, -1 - kiosk, _shared(graph, "public", spot), 0.06, roaming)


def _profiles(graph: Graph, people: People) -> tuple[Array, Array]:
    """Give the profile of the week by which people bank at home, and under way: int8."""
    at = graph.world.place.profiles.index
    retired = people.employment == words.EMPLOYMENT.index("retired")
    student = people.employment == words.EMPLOYMENT.index("student")
    home = np.where(retired, at("retired"), np.where(student, at("student"), at("home")))
    roaming = np.where(student, at("student"), at("on_the_go"))
    return home.astype(np.int8), roaming.astype(np.int8)


def _in_office(graph: Graph, people: People) -> Array:
    works = np.array(graph.world.place.csv("occupations")["works"])
    inside: Array = (works == "office")[people.occupation]
    return inside


def _offices(graph: Graph) -> Array:
    """Give the row of each employer's internet address: they come in the employers' order."""
    return np.flatnonzero(graph["ip"]["kind"] == words.IP_KINDS.index("office")).astype(np.int32)


def _shared(graph: Graph, kind: str, spot: Array) -> Array:
    """Give the address of a kind at each spot of the line from 0 to 1: int32 rows."""
    rows = np.flatnonzero(graph["ip"]["kind"] == words.IP_KINDS.index(kind)).astype(np.int32)
    return rows[np.minimum((spot * len(rows)).astype(np.int32), len(rows) - 1)]


def _hosts(people: People, who: Array, rng: np.random.Generator) -> Array:
    """Find somebody for each guest, of the same city if there are several there: int64."""
    order = np.argsort(people.town, kind="stable")
    place = np.empty(people.count, np.int64)
    place[order] = np.arange(people.count)
    near = (place[who] + rng.integers(1, _NEAR, len(who))) % people.count
    return np.asarray(order[near])


def _exits(graph: Graph, homes: Dwellings) -> Array:
    """Give the homes' addresses that are sold as exits, the same whoever asks: int32."""
    known = np.flatnonzero(graph["ip"]["kind"] == words.IP_KINDS.index("home")).astype(np.int32)
    lines = known if len(known) else homes.lines
    many = max(1, graph.world.users // _TO_AN_EXIT)
    return lines[np.arange(many) * len(lines) // many]


def _kiosk(graph: Graph, near: Array) -> Array:
    """Give the kiosk of each place: of four in a row, the first has thrice the last's users."""
    number = kiosks(graph.world.users)
    spot = near * number / 4
    bent = (np.floor(spot) + (spot % 1) ** 1.8) * 4
    return np.minimum(bent.astype(np.int32), number - 1)
