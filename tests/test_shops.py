"""People shop where they live, at prices that such things have."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.graph import Graph
from graphgen.population import found
from graphgen.population.dealings import dealings
from graphgen.population.errands import private
from graphgen.population.holders import holders, place_of
from graphgen.population.places import towns
from graphgen.population.shops import kilometres, shops
from graphgen.realism import realism
from graphgen.registry import EXPORTERS
from graphgen.rng import stream
from graphgen.schedule import BY_RATE, ONCE
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]

WORLD = World(users=2_000, days=30, patterns={})
HABIT = {word: code for code, word in enumerate(words.HABITS)}
CHANNEL = {word: code for code, word in enumerate(words.CHANNELS)}
CASH = words.RAILS.index("cash")
NEAR, FAST = (
    "tills: share within 100 km of home",
    "tills: share faster than 1000 km/h from the last",
)


@cache
def grown() -> Graph:
    return WORLD.graph()


def codes(graph: Graph) -> Array:
    return np.array(graph["merchant"]["mcc"].to_pylist())


def test_every_town_has_the_shops_of_every_day() -> None:
    graph, region = grown(), WORLD.place
    kinds = region.csv("merchants")
    lived_in = np.unique(holders(graph).place)
    local, place, code = ~graph["merchant"]["online"], place_of(graph, "merchant"), codes(graph)
    everyday = kinds["in_town"] > 0
    assert everyday.sum() > 20
    for mcc, least in zip(
        np.array(kinds["mcc"])[everyday], kinds["in_town"][everyday], strict=True
    ):
        there = np.bincount(place[local & (code == mcc)], minlength=place.max() + 1)
        assert (there[lived_in] >= least).all(), mcc


def test_there_are_more_shops_where_more_people_live() -> None:
    world = World(users=100_000, days=0, patterns={})
    tables = found(Graph(world).bed(), stream(world.seed, "found"))
    merchant = next(table for table in tables if table.name == "merchant")
    city = np.array(merchant["city"].to_pylist())[~merchant["online"]]
    here = towns(world.place, world.users)
    largest, smallest = ((city == here.names[at]).sum() for at in (0, -1))
    assert smallest >= 30
    assert largest > 3 * smallest


def test_what_a_town_has_not_is_bought_in_the_nearest_that_has_it_or_at_a_distance() -> None:
    graph = grown()
    market, merchant = shops(graph), graph["merchant"]
    cities, place = WORLD.place.csv("cities"), place_of(graph, "merchant")
    at = np.arange(len(cities["city"]))
    for category in range(len(market.codes)):
        mine = codes(graph) == market.codes[category]
        local = np.unique(place[mine & ~merchant["online"]])
        asked = np.full(len(at), category)
        nowhere_online = np.zeros(len(at), bool)
        shop = market.pick(stream(1, "test"), asked, at, nowhere_online)
        assert (codes(graph)[shop] == market.codes[category]).all()
        gone = ~merchant["online"][shop]
        if not len(local):
            assert not gone.any()
            continue
        apart = np.array(
            [
                kilometres(
                    np.asarray(cities["latitude"][local]),
                    np.asarray(cities["longitude"][local]),
                    cities["latitude"][here],
                    cities["longitude"][here],
                )
                for here in at
            ]
        )
        there = np.searchsorted(local, place[shop][gone])
        assert np.allclose(apart[gone, there], apart[gone].min(axis=1), atol=0.5)
        if (mine & merchant["online"]).any():
            assert (apart[gone].min(axis=1) < 100).all()
        else:
            assert gone.all()


def test_people_shop_by_habit_in_their_own_town_and_some_travel() -> None:
    graph = grown()
    pays, everybody = graph["pays"], holders(graph)
    of = np.full(graph.size("account"), -1)
    of[graph["merchant"]["account_id"]] = place_of(graph, "merchant")
    at_a_till = (pays["habit"] == HABIT["purchase"]) & (pays["channel"] == CHANNEL["pos"])
    same = of[pays["creditor_account_id"]] == everybody.place[pays["user_id"]]
    habit, once = (at_a_till & (pays["schedule"] == when) for when in (BY_RATE, ONCE))
    assert same[habit].mean() > 0.99
    assert 0.1 < (~same[once]).mean() < 0.9


def test_realism_sees_shops_that_are_far_from_those_who_shop_there(tmp_path: Path) -> None:
    folder = tmp_path / "world"
    generate(
        World(users=800, days=20, patterns={}),
        [EXPORTERS.load("parquet", FileExporter)(str(folder))],
    )
    measured = {metric.name: metric for metric in realism(folder)}
    assert measured[NEAR].ok
    assert measured[FAST].ok
    path = folder / "nodes" / "merchant.parquet"
    table = parquet.read_table(path)
    order = np.random.default_rng(1).permutation(len(table))
    for name in ("latitude", "longitude"):
        column = table.column_names.index(name)
        table = table.set_column(column, name, pa.chunked_array(table[name]).take(order))
    parquet.write_table(table, path)
    moved = {metric.name: metric for metric in realism(folder)}
    assert not moved[NEAR].ok
    assert not moved[FAST].ok


def test_prices_are_such_as_things_of_their_kind_have(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    payment = tables["payment"].take(tables["payment"]["rail"] == words.RAILS.index("card"))
    mcc = np.array(payment["mcc"].to_pylist())
    for code, least, most in (
        ("5541", 500, 30_000),  # fuel
        ("7832", 400, 25_000),  # a cinema
        ("4111", 50, 5_000),  # a bus
        ("4511", 4_000, 2_000_000),  # flights of a family
    ):
        sums = payment["amount_minor"][(mcc == code) & (payment["leg"] == 0)]
        assert len(sums) > 50
        assert least <= sums.min()
        assert sums.max() <= most


def test_machines_take_and_give_whole_notes(tables_of: Collect) -> None:
    payment = tables_of(WORLD)["payment"]
    vaults = tables_of(WORLD)["bank"]["vault_account_id"]
    at_machine = (payment["rail"] == CASH) & (payment["channel"] == CHANNEL["atm"])
    paid_in = at_machine & np.isin(payment["debtor_account_id"], vaults)
    assert paid_in.sum() > 100
    assert (payment["amount_minor"][at_machine] % 100 == 0).all()


def test_a_supermarket_has_more_tills_than_a_barber(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    payment = tables["payment"].take(tables["payment"]["channel"] == CHANNEL["pos"])
    mcc = np.array(payment["mcc"].to_pylist())

    def tills(code: str) -> float:
        mine = mcc == code
        return len(np.unique(payment["terminal"][mine])) / len(
            np.unique(payment["merchant_id"][mine])
        )

    assert tills("5411") > 4
    assert tills("7230") == 1


def test_addresses_lie_in_their_city() -> None:
    graph = World(users=20_000, days=0, patterns={}).graph()
    address, cities = graph["address"], WORLD.place.csv("cities")
    home = place_of(graph, "address")
    apart = kilometres(
        address["latitude"],
        address["longitude"],
        cities["latitude"][home],
        cities["longitude"][home],
    )
    assert (apart < 30).mean() > 0.99
    assert apart.max() < 60


def test_nobody_seeks_work_at_an_age_at_which_the_region_says_nobody_does() -> None:
    graph = World(users=20_000, days=0, patterns={}).graph()
    user = graph["user"]
    born = user["birth_date"].astype("datetime64[ms]")
    old = (WORLD.start_ms - born.astype(np.int64)) / 31_557_600_000 > 77.1
    assert old.sum() > 500
    assert (user["employment"][old] != words.EMPLOYMENT.index("unemployed")).all()


def test_sums_follow_the_currency_s_minor_unit(tmp_path: Path, tables_of: Collect) -> None:
    here = tmp_path / "whole units"
    shutil.copytree(str(files("graphgen.regions") / "us"), here)
    per = 100

    def scaled(match: re.Match[str]) -> str:
        return f"{match[1]}{max(1, int(match[2]) // per)}"

    region, habits, sold = (here / name for name in ("region.toml", "habits.toml", "purchases.csv"))
    region.write_text(region.read_text().replace("minor_units = 100", "minor_units = 1"))
    text = re.sub(r"(_minor = )(\d+)", scaled, habits.read_text())
    habits.write_text(text.replace("endings_minor = [99, 95]", "endings_minor = [0, 0]"))
    sold.write_text(re.sub(r'^("\d{4}",)(\d+)', scaled, sold.read_text(), flags=re.MULTILINE))
    ours, theirs = (
        tables_of(World(users=600, days=20, region=name, patterns={})) for name in ("us", str(here))
    )
    for habit, word in enumerate(words.HABITS):
        sums = [
            tables["pays"]["amount_minor"][
                (tables["pays"]["habit"] == habit) & (tables["pays"]["amount_minor"] > 0)
            ]
            for tables in (ours, theirs)
        ]
        if len(sums[0]):
            usual = np.median(sums[0]) / per
            assert np.median(sums[1]) == pytest.approx(usual, rel=0.1, abs=1), word
    declined = [
        (tables["payment"]["status"] == words.STATUSES.index("declined")).mean()
        for tables in (ours, theirs)
    ]
    assert declined[1] == pytest.approx(declined[0], rel=0.3)


def test_small_errands_are_small_in_a_currency_without_cents(tmp_path: Path) -> None:
    here = tmp_path / "no cents"
    shutil.copytree(str(files("graphgen.regions") / "us"), here)
    region = here / "region.toml"
    region.write_text(region.read_text().replace("minor_units = 100", "minor_units = 1"))
    graph = World(users=500, days=30, region=str(here), patterns={}).graph()
    everybody = holders(graph)
    people = np.flatnonzero(everybody.main >= 0).astype(np.int32)
    sent = private(graph, stream(1), everybody, people, np.roll(people, 1), range(30))
    sums = sent["amount_minor"][sent["amount_of"] == words.AMOUNT_OF.index("sum")]
    assert sums.min() >= 1
    assert (sums < 100).mean() > 0.1


def test_what_a_machine_does_not_take_is_paid_in_at_the_counter() -> None:
    graph = grown()
    people = np.flatnonzero(holders(graph).main >= 0).astype(np.int32)
    tables = Table.concat(list(dealings(graph, stream(1), holders(graph), people, range(900))))
    cash = tables["rail"] == CASH
    most = WORLD.place.amount("machine")
    large = cash & (tables["amount_minor"] > most)
    assert large.sum() > 20
    assert (tables["channel"][large] == CHANNEL["branch"]).all()
    assert 0.3 < (tables["channel"][cash & ~large] == CHANNEL["atm"]).mean() < 0.5


def test_people_save_about_as_much_of_their_income_as_is_published(tables_of: Collect) -> None:
    """The Bureau of Economic Analysis told of 4.9 % for 2016, and of 4.7 % for January 2023."""
    world = World(users=2_000, days=90, patterns={})
    tables = tables_of(world)
    payment, account = tables["payment"], tables["account"]
    kinds = [words.ACCOUNT_TYPES.index(kind) for kind in ("checking", "savings", "credit_card")]
    of_people = np.isin(account["type"], kinds)
    theirs = account["account_id"][of_people]
    booked = payment["status"] == words.STATUSES.index("booked")
    came, went = (
        payment["amount_minor"][booked & np.isin(payment[f"{end}_account_id"], theirs)].sum()
        for end in ("creditor", "debtor")
    )
    earned = tables["user"]["income_minor"].sum() * world.days / 365
    assert 0.0 < (came - went) / earned < 0.12
