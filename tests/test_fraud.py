"""How much fraud there is: what was asked for, and one line where that cannot be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from graphgen.config import WorldError, change, parse_world_file, world_from_dict, world_to_dict
from graphgen.expected import Calendar
from graphgen.grow import grow, populate
from graphgen.pattern import Pattern, named
from graphgen.registry import PATTERNS
from graphgen.schema import words
from graphgen.table import Table
from graphgen.world import FRAUD, Fraud, World, all_patterns

ORIGINAL = words.LEGS.index("original")


def walked(world: World) -> tuple[int, int, Table]:
    """Count the payments that are ordered, and those of crimes; give the cases too."""
    payments = crimes = 0
    case = Table.empty("case")
    original = np.empty(0, bool)
    for table in replace(world, walks=("payment",)).tables():
        if table.name == "payment":
            original = table["leg"] == ORIGINAL
            payments += int(original.sum())
        elif table.name == "event_label":
            crimes += int((table["is_fraud"] & original).sum())
        elif table.name == "case":
            case = table
    return payments, crimes, case


def cases_of(case: Table, *, is_fraud: bool) -> Mapping[str, int]:
    return Counter(case.take(case["is_fraud"] == is_fraud)["pattern"].to_pylist())


def check_rate(seed: int, rate: float) -> None:
    payments, crimes, _ = walked(World(users=6_000, days=60, seed=seed, fraud=Fraud(rate=rate)))
    assert crimes / payments == pytest.approx(rate, rel=0.1)


@pytest.mark.parametrize(("seed", "rate"), [(1, 0.002), (2, 0.004), (3, 0.015)])
def test_the_rate_is_what_was_asked_for(seed: int, rate: float) -> None:
    check_rate(seed, rate)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(50))
def test_the_rate_is_what_was_asked_for_whatever_the_seed(seed: int) -> None:
    check_rate(seed, 0.002)


def test_what_edges_are_expected_to_order_is_what_is_ordered() -> None:
    world = World(users=800, days=45, patterns={})
    population = populate(world)
    expected = Calendar(world).expected(population["pays"])
    assert walked(world)[0] == pytest.approx(expected, rel=0.03)


def test_a_mix_gives_each_pattern_its_part_and_the_others_nothing() -> None:
    some = named("crime", market=False)[:2]
    mix = {some[0]: 3.0, some[1]: 1.0}
    world = World(users=4_000, days=60, fraud=Fraud(rate=0.01, mix=mix))
    _, _, case = walked(world)
    assert set(cases_of(case, is_fraud=True)) == set(some)


def test_a_count_that_is_set_stands_whatever_the_rate() -> None:
    patterns = {name: PATTERNS.load(name, Pattern)() for name in named("crime", market=False)}
    patterns["kiting"] = replace(patterns["kiting"], count=3)
    case = grow(World(users=3_000, days=30, patterns=patterns))["case"]
    assert cases_of(case, is_fraud=True)["kiting"] == 3


def test_a_world_that_is_too_small_for_its_rate_says_which_size_would_do_and_it_does() -> None:
    world = World(users=200, days=10, fraud=Fraud(rate=0.0005))
    with pytest.raises(ValueError, match=r"fraud\.rate.* ([\d,]+) users would do") as wrong:
        grow(world)
    said = re.search(r"([\d,]+) users would do", str(wrong.value))
    assert said is not None
    grow(replace(world, users=int(said[1].replace(",", ""))))


def test_a_rate_of_less_than_a_payment_is_refused_with_the_size_that_would_do() -> None:
    world = World(users=200, days=10, fraud=Fraud(rate=0.000_001))
    with pytest.raises(
        ValueError, match=r"asks for 0\.0\d+ payments.* come to 0, .* users would do"
    ):
        grow(world)


@pytest.mark.parametrize(
    ("mix", "line"),
    [
        ({"ip_recycling": 1.0}, "fraud.rate: no payment is part of ip_recycling"),
        ({"kiting": 0.0}, "fraud.mix: no pattern has a part of more than 0"),
    ],
)
def test_a_rate_that_no_pattern_can_make_up_is_refused(mix: dict[str, float], line: str) -> None:
    with pytest.raises(ValueError, match=re.escape(line)):
        grow(World(users=200, days=10, fraud=Fraud(rate=0.001, mix=mix)))


def test_counts_that_come_to_more_than_the_rate_are_named_with_what_they_come_to() -> None:
    patterns = all_patterns()
    patterns["kiting"] = replace(patterns["kiting"], count=40)
    world = World(users=200, fraud=Fraud(rate=0.01), patterns=patterns)
    with pytest.raises(ValueError, match=r"0\.01 asks for \d+ .* set come to \d+ already; ask for"):
        grow(world)


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.00015, 0.00025, 0.0003])
def test_the_size_that_is_named_does_for_a_pattern_of_large_cases(rate: float) -> None:
    world = World(users=500, fraud=Fraud(rate=rate, mix={"mule_network": 1.0}))
    with pytest.raises(ValueError, match=r"([\d,]+) users would do") as wrong:
        grow(world)
    said = re.search(r"([\d,]+) users would do", str(wrong.value))
    assert said is not None
    grow(replace(world, users=int(said[1].replace(",", ""))))


@pytest.mark.slow
def test_a_rate_without_room_says_which_rate_has_room_and_it_does() -> None:
    world = World(users=300, fraud=Fraud(rate=0.2))
    with pytest.raises(ValueError, match=r"a rate of ([\d.]+) would do") as wrong:
        grow(world)
    said = re.search(r"a rate of ([\d.]+) would do", str(wrong.value))
    assert said is not None
    grow(replace(world, fraud=Fraud(rate=float(said[1]))))


def test_a_count_without_room_says_how_many_have_room_and_they_do() -> None:
    patterns = {"kiting": PATTERNS.load("kiting", Pattern)(count=90)}
    world = World(users=100, days=10, patterns=patterns)
    with pytest.raises(ValueError, match=r"there is room for \d+$") as wrong:
        grow(world)
    room = int(str(wrong.value).rpartition(" ")[2])
    grow(replace(world, patterns={"kiting": replace(patterns["kiting"], count=room)}))


@pytest.mark.parametrize(
    ("name", "key", "value", "days", "most"),
    [("account_takeover", "hours", 168.0, 3, 72), ("identity_ring", "nursing", 200, 10, 10)],
)
def test_what_lasts_longer_than_the_world_is_refused_with_what_fits(
    name: str, key: str, value: float, days: int, most: int
) -> None:
    pattern = replace(PATTERNS.load(name, Pattern)(count=1), **{key: value})  # type: ignore[arg-type]
    line = f"{name}.{key}: {value:g} do not fit into a world of {days} days; give at most {most}"
    with pytest.raises(ValueError, match=re.escape(line)):
        grow(World(users=100, days=days, patterns={name: pattern}))


def test_kiting_needs_business_days_and_is_refused_with_as_many_as_there_are() -> None:
    kiting = replace(PATTERNS.load("kiting", Pattern)(count=1), days=21, difficulty="easy")
    world = World(users=100, days=30, patterns={"kiting": kiting})
    assert int(world.place.is_business_day(world.start, 30).sum()) == 20
    with pytest.raises(ValueError, match=r"^kiting.days: 21 do not .* give at most 20$"):
        grow(world)
    kiting.check_lasts("days", replace(world, days=33))
    replace(kiting, difficulty="hard").check_lasts("days", world)


def test_what_is_typed_is_refused_if_it_does_not_fit_also_where_it_is_the_default() -> None:
    file = parse_world_file("days: 30\n")
    assert change(file, {"patterns.app_scam.count": 1}).world.patterns["app_scam"].count == 1
    told = r"^patterns.app_scam.days: 60 do not fit into a world of 30 days; give at most 30$"
    with pytest.raises(WorldError, match=told):
        change(file, {"patterns.app_scam.days": 60, "patterns.app_scam.count": 1})
    assert change(file, {"patterns.app_scam.days": 60, "days": 60})


def test_a_world_that_nobody_asked_a_rate_of_has_what_it_has_room_for() -> None:
    for users in (1, 20, 300):
        grow(World(users=users, days=5))


def test_no_fraud_is_the_same_world_without_its_crimes() -> None:
    text = "users: 500\nfraud: none\n"
    world = parse_world_file(text).world
    assert world == World(users=500, leave_out="crimes")
    assert world_from_dict(world_to_dict(world)) == world


@pytest.mark.parametrize("name", sorted(FRAUD))
def test_a_setting_has_a_name_and_survives_being_written(name: str) -> None:
    world = parse_world_file(f"fraud: {name}\n").world
    assert world.fraud == FRAUD[name]
    assert world_from_dict(world_to_dict(world)) == world


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("fraud: training_", "no setting called 'training_'; did you mean training?"),
        ("fraud: {rate: 2}", "fraud.rate: 2 is not null or a number of more than 0"),
        ("fraud: {mix: {kitting: 1}}", "no pattern called 'kitting'; did you mean kiting?"),
        ("fraud: {rat: 0.1}", "fraud.rat: no such key"),
        ("difficulty: harder", 'difficulty: "harder" is not one of easy, medium, hard'),
    ],
)
def test_what_is_wrong_with_a_setting_is_one_line(text: str, line: str) -> None:
    with pytest.raises(ValueError, match="world file") as raised:
        parse_world_file(text)
    assert line in str(raised.value)


def test_as_many_cases_as_published_follow_people_and_days() -> None:
    world = World(users=20_000, days=90, fraud=FRAUD["realistic"])
    pattern = PATTERNS.load("kiting", Pattern)()
    case = grow(replace(world, patterns={"kiting": pattern}))["case"]
    assert cases_of(case, is_fraud=True)["kiting"] == round(2 * pattern.prevalence)


def test_a_case_says_how_many_of_the_real_world_it_stands_for() -> None:
    world = World(users=1_000, days=45, patterns={"kiting": PATTERNS.load("kiting", Pattern)()})
    world = replace(world, patterns={"kiting": replace(world.patterns["kiting"], count=10)})
    case = grow(world)["case"]
    crime = case.take(case["is_fraud"])
    published = world.patterns["kiting"].published(world)
    assert crime["sample_weight"].sum() == pytest.approx(published)
    assert (case.take(~case["is_fraud"])["sample_weight"] == 1).all()
