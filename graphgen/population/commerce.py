"""The world without its people: banks, firms, shops, and what is shared by everybody."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.population import banking, network
from graphgen.population.draw import chance, take, uniform_ms
from graphgen.population.places import YEAR_MS, towns
from graphgen.schema import NULL_NUMBER, words
from graphgen.table import Table, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphgen.graph import Graph
    from graphgen.population.places import Towns
    from graphgen.table import Array

__all__ = ["employer_weights", "found"]

_OUTSIDE = 8
"""Accounts of the world outside, one at each of the largest banks."""
_MONTHS = 2.5
"""Months of business that a firm's opening balance covers; our assumption."""


def found(graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
    """Make the world without its people, sized for the people that the world asks for.

    It yields banks with their internal accounts, accounts of the world outside, employers and
    merchants with theirs, the internet addresses that many share, and kiosks. Merchants of a
    category in a place, and employers of an industry, come in the order of their size.
    """
    yield from _banks(graph, rng)
    employers = list(_employers(graph, rng))
    yield from employers
    yield network.shared_addresses(graph, len(employers[0]), rng)
    # Kiosks are ordinary computers: two in three desktops, the rest tablets; our assumption.
    desktop = chance(rng, 2 / 3, network.kiosks(graph.world.users))
    kind = np.where(
        desktop, words.DEVICE_TYPES.index("desktop"), words.DEVICE_TYPES.index("tablet")
    )
    yield network.devices(graph.world.place, kind.astype(np.int8), rng)
    yield from _merchants(graph, rng)


def _banks(graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
    region = graph.world.place
    names, share = (region.csv("banks")[column] for column in ("name", "share"))
    count = len(names)
    bank = graph.new("bank", count)
    internal = graph.new("account", (count, 4))
    opened = graph.world.start_ms - (YEAR_MS * (12 + 40 * rng.random((count, 1)))).astype(np.int64)
    cash = np.zeros((count, 4))
    customers = graph.world.users * share / share.sum()
    cash[:, 3] = region.amount("vault") + region.amount("vault_a_person") * customers
    yield Table.of(
        "bank",
        name=pa.array(names, pa.string()),
        country=text([region.country], np.zeros(count, np.int32)),
        clearing_account_id=internal[:, 0],
        income_account_id=internal[:, 1],
        loss_account_id=internal[:, 2],
        vault_account_id=internal[:, 3],
    )
    yield Table.of(
        "account",
        bank_id=bank[:, None],
        type="internal",
        currency=region.currency,
        opened=opened,
        opening_balance_minor=np.round(cash * np.exp(0.2 * rng.standard_normal((count, 1)))),
        credit_limit_minor=NULL_NUMBER,
    )
    outside = np.argsort(-share)[:_OUTSIDE]
    graph.new("account", len(outside))
    yield Table.of(
        "account",
        bank_id=bank[outside],
        type="external",
        currency=region.currency,
        opened=opened[outside, 0] + uniform_ms(rng, 0, YEAR_MS, len(outside)),
        opening_balance_minor=0,
        credit_limit_minor=NULL_NUMBER,
    )


def _employers(graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
    world, region = graph.world, graph.world.place
    kinds = region.csv("employers")
    here = towns(region, world.users)
    sizes = _counts(kinds["per_1000"], world.users)
    industry = np.repeat(np.arange(len(sizes)), sizes)
    count = len(industry)
    town = take(rng, here.share, count)
    pays = _payroll(graph, industry, sizes)
    opened = _opened(graph, count, rng)
    graph.new("employer", count)
    yield Table.of(
        "employer",
        name=_names(graph, here, town, kinds["stems"], industry, rng),
        industry=text(kinds["industry"], industry),
        city=text(here.names, town),
        state=text(here.states, town),
        account_id=graph.new("account", count),
    )
    balance = pays * np.exp(0.3 * np.abs(rng.standard_normal(count)))
    yield banking.business_accounts(graph, balance, opened, rng)


def _payroll(graph: Graph, industry: Array, sizes: Array) -> Array:
    """Estimate twice what an employer pays in `_MONTHS`, and a few wages: float64, minor units."""
    region, users = graph.world.place, graph.world.users
    jobs, kinds = region.csv("occupations"), region.csv("employers")
    employed = np.array(jobs["status"]) == "employed"
    bill = np.where(employed, jobs["weight"] * jobs["income"], 0.0) / jobs["weight"][employed].sum()
    of_job = np.array(jobs["industry"])
    wages = np.array([bill[of_job == name].sum() for name in kinds["industry"]])
    benefits = np.array(kinds["pays"]) == "benefit"
    wages[benefits] = np.mean(jobs["income"]) * 0.5 / max(benefits.sum(), 1)
    monthly = 0.65 * users * wages[industry] / 12
    rank = np.arange(len(industry)) - (np.cumsum(sizes) - sizes)[industry]
    weight = employer_weights(rank)
    share = weight / np.bincount(industry, weight)[industry]
    few = 4 * np.mean(jobs["income"]) / 12
    payroll: Array = (monthly * share + few) * 2 * _MONTHS * region.minor_units
    return payroll


def employer_weights(rank: Array) -> Array:
    """Say how large an employer is next to others of its industry, by its rank from 0 on.

    A power of the rank, as Axtell found for US firms (Science 293, 2001), cut short: exponent 0.7
    is our assumption, so that no office of a large world holds all of an industry.
    """
    weight: Array = (rank + 3.0) ** -0.7
    return weight


def _merchants(graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
    world, region = graph.world, graph.world.place
    kinds = region.csv("merchants")
    here = towns(region, world.users)
    kind, town, online, rank, share = _stores(kinds, here, world.users, rng)
    count = len(kind)
    east, north = rng.standard_normal((2, count)) * (here.radius[town] * 0.4)
    opened = _opened(graph, count, rng)
    takings = world.users * kinds["visits"][kind] * share / (1 + rank) ** 0.5
    balance = region.amount("float") + region.amount("float_a_visit") * takings
    graph.new("merchant", count)
    yield Table.of(
        "merchant",
        name=_names(graph, here, town, kinds["stems"], kind, rng),
        mcc=text(kinds["mcc"], kind),
        category=text(kinds["category"], kind),
        online=online,
        city=text(here.names, town),
        state=text(here.states, town),
        country=text([region.country], np.zeros(count, np.int32)),
        latitude=here.latitude[town] + north,
        longitude=here.longitude[town] + east / np.cos(np.radians(here.latitude[town])),
        opened=opened,
        account_id=graph.new("account", count),
    )
    yield banking.business_accounts(
        graph, balance * np.exp(0.5 * rng.standard_normal(count)), opened, rng
    )


def _stores(
    kinds: dict[str, Any], here: Towns, users: int, rng: np.random.Generator
) -> tuple[Array, Array, Array, Array, Array]:
    """Place merchants: as many in a town as it has people for, and what every town has.

    Gives of each its kind and town, whether it sells at a distance only, its rank among those of
    its kind in its town (or online), and what share of all custom of its kind one of them has.
    """
    remote, local = kinds["online"], 1.0 - kinds["online"]
    people = users / 1000 * kinds["per_1000"]
    expected = (people * local)[:, None] * here.share
    sizes = np.floor(expected + rng.random(expected.shape)).astype(np.int64)
    sizes = np.maximum(sizes, kinds["in_town"][:, None])
    missing = (local > 0) & (sizes.sum(axis=1) == 0)
    sizes[missing, 0] = 1  # in the largest, so that a world of one person is whole
    at_a_distance = np.where(remote > 0, np.maximum(1, np.round(people * remote)), 0)
    cells = np.hstack([sizes, at_a_distance[:, None].astype(np.int64)])
    custom = np.hstack([local[:, None] * here.share, remote[:, None]]) / np.maximum(cells, 1)
    cell = np.repeat(np.arange(cells.size), cells.ravel())
    rank = np.arange(len(cell)) - (np.cumsum(cells.ravel()) - cells.ravel())[cell]
    kind, town = np.divmod(cell, cells.shape[1])
    online = town == len(here.share)
    town = np.where(online, take(rng, here.share, len(cell)), town)
    return kind, town, online, rank, custom.ravel()[cell]


def _counts(per_1000: Array, users: int) -> Array:
    """Say how many of each kind there are: at least one, so that a world of one person is whole."""
    return np.maximum(1, np.round(per_1000 * users / 1000)).astype(np.int64)


def _opened(graph: Graph, count: int, rng: np.random.Generator) -> Array:
    """Draw when firms opened: half of them within nine years, one in thirty within months."""
    age = YEAR_MS * 9 * np.exp(rng.standard_normal(count))
    lately = chance(rng, 0.033, count)
    age = np.where(lately, YEAR_MS * 0.4 * rng.random(count), np.minimum(age, YEAR_MS * 90.0))
    return graph.world.start_ms - 1 - age.astype(np.int64)


def _names(
    graph: Graph, here: Towns, town: Array, stems: list[str], kind: Array, rng: np.random.Generator
) -> pa.StringArray:
    """Make trading names out of the region's formats, words, family names and stems."""
    region, count = graph.world.place, len(kind)
    spec = region.settings("names")
    split = [cell.split("|") for cell in stems]
    first = np.cumsum([0, *(len(some) for some in split)])
    stem = first[kind] + rng.integers(0, np.diff(first)[kind])
    fillings = {
        "word": text(spec["words"], rng.integers(len(spec["words"]), size=count)),
        "stem": text([one for some in split for one in some], stem),
        "family": text(region.family_names[0], take(rng, region.family_names[1], count)),
        "city": text(here.names, town),
    }
    spelled = [_fill(form, fillings, count) for form in spec["formats"]]
    chosen = rng.integers(len(spelled), size=count) * count + np.arange(count)
    return pa.concat_arrays(spelled).take(pa.array(chosen))


def _fill(form: str, fillings: dict[str, pa.Array], count: int) -> pa.StringArray:
    """Fill the gaps of one format in all rows."""
    parts = []
    for between, gap, *_ in Formatter().parse(form):
        parts.append(text([between], np.zeros(count, np.int32)).dictionary_decode())
        if gap is not None:
            parts.append(fillings[gap].dictionary_decode())
    return pc.binary_join_element_wise(*parts, "")
