"""Places: the cities that a world spreads over, addresses in them, and local moments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.population.draw import chance
from graphgen.table import Table, text
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.region import Region
    from graphgen.table import Array
    from graphgen.world import World

__all__ = ["YEAR_MS", "Towns", "addresses", "moments", "towns"]

YEAR_MS = 31_557_600_000
"""Milliseconds in a year of 365.25 days."""

_RADIUS = 0.045
"""Degrees that a city of 100,000 people reaches out from its centre; our assumption."""
_FARTHEST = 0.16
"""Degrees that the largest reach out: about 18 km, as New York's land area of 780 square kilometres
would as a disc, and a little more; our assumption."""


@dataclass(frozen=True, eq=False)
class Towns:
    """The cities of one world, the largest first."""

    names: tuple[str, ...]
    states: tuple[str, ...]
    zones: tuple[str, ...]
    """IANA time zone of each city."""
    prefixes: tuple[str, ...]
    """What the postal codes of each city begin with."""
    latitude: Array
    longitude: Array
    radius: Array
    income_index: Array
    share: Array
    """float64: each city's share of the people."""

    def quantile(self, rng: np.random.Generator, town: Array) -> Array:
        """Lay people on a line from 0 to 1, city after city: float64, uniform over everybody.

        What is shared by those who live near each other (a carrier's address, a hotspot, a kiosk)
        lies on the same line.
        """
        before = np.concatenate(([0.0], np.cumsum(self.share)[:-1]))
        return before[town] + self.share[town] * rng.random(len(town))


@lru_cache(maxsize=16)
def towns(region: Region, users: int) -> Towns:
    """Give the cities over which a world of so many people spreads."""
    cities = region.csv("cities")
    size = np.asarray(cities["population"], np.float64)
    per_town = region.settings("places")["people_per_town"]
    order = np.argsort(-size, kind="stable")[: max(3, users // per_town)]

    def pick(column: str) -> tuple[str, ...]:
        return tuple(cities[column][row] for row in order)

    return Towns(
        names=pick("city"),
        states=pick("state"),
        zones=pick("time_zone"),
        prefixes=pick("postal_prefix"),
        latitude=cities["latitude"][order],
        longitude=cities["longitude"][order],
        radius=np.minimum(_FARTHEST, _RADIUS * np.sqrt(size[order] / 100_000)),
        income_index=cities["income_index"][order],
        share=size[order] / size[order].sum(),
    )


def addresses(region: Region, here: Towns, town: Array, rng: np.random.Generator) -> Table:
    """Make an address in each of these cities."""
    count = len(town)
    east, north = rng.standard_normal((2, count)) * (here.radius[town] * 0.5)
    code, postal = _postal_codes(region, here, town, east, north)
    return Table.of(
        "address",
        street=_streets(region, count, rng),
        city=text(here.names, town),
        state=text(here.states, town),
        postal_code=text(postal, code),
        country=text([region.country], np.zeros(count, np.int32)),
        time_zone=text(here.zones, town),
        latitude=np.clip(here.latitude[town] + north, -89.9, 89.9),
        longitude=here.longitude[town] + east / np.cos(np.radians(here.latitude[town])),
    )


def _postal_codes(
    region: Region, here: Towns, town: Array, east: Array, north: Array
) -> tuple[Array, list[str]]:
    """Give each address the postal code of its sector of the city, and all the codes."""
    form = region.settings("places")["postal_code"]
    free = form.count("#")
    cells = 10 ** min(free, 2)
    angle = (np.arctan2(north, east) / (2 * np.pi) + 0.5) * cells
    cell = np.minimum(angle.astype(np.int32), cells - 1)
    codes = []
    for prefix in here.prefixes:
        spelled = form.format(prefix=prefix)
        for number in range(cells):
            code = spelled
            for digit in f"{number:0{free}d}":
                code = code.replace("#", digit, 1)
            codes.append(code)
    return (town * cells + cell).astype(np.int32), codes


def _streets(region: Region, count: int, rng: np.random.Generator) -> pa.StringArray:
    """Spell house number and street, as the region's format says."""
    places = region.settings("places")
    names, suffixes = places["names"], places["suffixes"]
    before, _, after = places["street"].partition("{number}")
    roads = [
        [part.format(name=name, suffix=suffix) for name in names for suffix in suffixes]
        for part in (before, after)
    ]
    road = rng.integers(len(roads[0]), size=count, dtype=np.int32)
    number = 1 + (rng.random(count) ** 2 * places["house_numbers"]).astype(np.int32)
    parts = [pa.array(number).cast(pa.string())]
    if before:
        parts.insert(0, text(roads[0], road).dictionary_decode())
    if after:
        parts.append(text(roads[1], road).dictionary_decode())
    ahead, _, behind = places["unit"].partition("{street}")
    most = 60
    lead, trail = (
        [""] + [side.format(unit=unit) for unit in range(1, most)] for side in (ahead, behind)
    )
    unit = rng.integers(1, most, size=count, dtype=np.int32) * chance(rng, places["units"], count)
    for words, at in ((lead, 0), (trail, len(parts) + 1)):
        if any(words):
            parts.insert(at, text(words, unit).dictionary_decode())
    return pc.binary_join_element_wise(*parts, "")


def moments(world: World, zones: tuple[str, ...], zone: Array, rng: np.random.Generator) -> Array:
    """Draw moments of the world's days at which people are up, by their local time: int64.

    Hours lie from 7 to 22, most about half past two; our assumption. Without days there are none,
    and the moments lie at the start.
    """
    if not world.days:
        return np.full(len(zone), world.start_ms)
    day = rng.integers(world.days, size=len(zone), dtype=np.int32)
    local = ((7 + 15 * rng.beta(2, 2, len(zone))) * 3_600_000).astype(np.int64)
    names = sorted(set(zones))
    code = np.array([names.index(name) for name in zones], np.int64)
    pair = code[zone] * world.days + day
    known = np.flatnonzero(np.bincount(pair, minlength=1))
    offset = np.zeros(len(names) * world.days, np.int64)
    offset[known] = [
        _offset(names[one // world.days], world.start_ms, one % world.days)
        for one in known.tolist()
    ]
    since_start = day.astype(np.int64) * DAY_MS + local - offset[pair]
    moment: Array = world.start_ms + since_start % (world.days * DAY_MS)
    return moment


def _offset(zone: str, start_ms: int, day: int) -> int:
    noon = datetime.fromtimestamp((start_ms + day * DAY_MS) / 1000 + 43_200, UTC)
    ahead = noon.astimezone(ZoneInfo(zone)).utcoffset()
    return int(ahead.total_seconds()) * 1000 if ahead else 0
