import re
import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from graphgen.config import world_from_dict, world_to_dict
from graphgen.region import load_region
from graphgen.registry import UnknownNameError, region_names
from graphgen.world import World


def test_an_unknown_region_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(UnknownNameError, match=r"no region called 'atlantis'; .*there is: .*us"):
        load_region("atlantis")


@pytest.mark.parametrize("name", region_names())
def test_every_region_says_where_it_is_and_what_money_it_uses(name: str) -> None:
    region = load_region(name)
    assert len(region.country) == 2
    assert len(region.currency) == 3
    assert region.minor_units >= 1
    assert region.title


def test_text_of_a_csv_file_keeps_its_zeros_and_numbers_are_arrays() -> None:
    cities = load_region("us").csv("cities")
    assert {len(prefix) for prefix in cities["postal_prefix"]} == {3}
    assert any(prefix.startswith("0") for prefix in cities["postal_prefix"])
    assert cities["population"].dtype == np.int64


def test_banks_settle_on_weekdays_that_are_no_holiday() -> None:
    open_days = load_region("us").is_business_day(date(2026, 1, 1), 20)
    closed = [1, 3, 4, 10, 11, 17, 18, 19]  # New Year, weekends, Martin Luther King Jr. Day
    assert [day + 1 for day in np.flatnonzero(~open_days)] == closed


def test_no_days_have_no_business_day() -> None:
    assert len(load_region("us").is_business_day(date(2026, 1, 1), 0)) == 0


def test_holidays_lie_between_the_dates_asked_for() -> None:
    found = load_region("us").holidays(date(2026, 1, 2), date(2026, 7, 4))
    assert date(2026, 1, 1) not in found
    assert date(2026, 7, 4) in found


@pytest.mark.parametrize("name", region_names())
def test_merchant_codes_are_four_digits_and_none_comes_twice(name: str) -> None:
    codes = load_region(name).csv("merchants")["mcc"]
    assert all(len(code) == 4 and code.isdigit() for code in codes)
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("name", region_names())
def test_every_industry_that_people_work_in_has_employers(name: str) -> None:
    region = load_region(name)
    jobs = region.csv("occupations")
    needed = {
        industry
        for industry, status in zip(jobs["industry"], jobs["status"], strict=True)
        if status == "employed"
    }
    assert needed <= set(region.csv("employers")["industry"])


@pytest.mark.parametrize("name", region_names())
def test_networks_have_numbers_from_the_range_for_private_use(name: str) -> None:
    numbers = load_region(name).csv("networks")["asn"]
    assert numbers.min() >= 4_200_000_000
    assert numbers.max() <= 4_294_967_294


@pytest.mark.parametrize("name", region_names())
def test_user_agents_fit_the_type_of_their_device(name: str) -> None:
    pool = load_region(name).csv("devices")
    for kind, os, agent in zip(pool["type"], pool["os"], pool["user_agent"], strict=True):
        assert ("iPhone" in agent) == (kind == "phone" and os.startswith("iOS"))
        assert ("iPad" in agent) == (kind == "tablet" and os.startswith("iPadOS"))
        assert ("Android" in agent) == os.startswith("Android")
        assert ("Windows" in agent) == os.startswith("Windows")


def test_a_region_is_loaded_from_a_folder_too(tmp_path: Path) -> None:
    (tmp_path / "region.toml").write_text('title = "Nowhere"\n')
    assert load_region(str(tmp_path)).title == "Nowhere"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("habits.toml", "transfer = 45", 'transfer = "x"', "transfer is 'x', not a number above 0"),
        ("habits.toml", "transfer = 45", "transfer = -4", "transfer is -4, not a number above 0"),
        ("habits.toml", "transfer = 45", "transfer = [", "Invalid value"),
        ("banks.csv", "\n", "\nBank", "could not convert"),
        ("banks.csv", "\n", '\n"Bank"\n', "a row of 1 values"),
    ],
)
def test_what_is_wrong_with_a_region_is_one_line_that_names_its_file(
    file: str, old: str, new: str, said: str, tmp_path: Path
) -> None:
    here = tmp_path / re.sub(r"\W+", "-", said)  # what a region says is read once
    shutil.copytree(str(files("graphgen.regions") / "us"), here)
    (here / file).write_text((here / file).read_text().replace(old, new, 1))
    with pytest.raises(ValueError, match=f"{file}: .*{re.escape(said)}"):
        World(users=50, days=1, region=str(here), patterns={}).graph()


def test_a_dataset_finds_a_region_of_one_s_own_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(str(files("graphgen.regions") / "us"), tmp_path / "ours")
    monkeypatch.chdir(tmp_path)
    told = world_to_dict(World(region="./ours"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert world_from_dict(told).place.currency == "USD"
    assert world_to_dict(World())["region"] == "us"
