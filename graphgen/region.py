"""Regions: a place as data. A region is a folder of TOML and CSV files; it has no code.

A CSV file's text is quoted and its numbers are not, so that a postal prefix keeps its zeros. What
the files of a region say, and where it comes from, stands at the head of its `region.toml`.
"""

from __future__ import annotations

import csv
import math
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from graphgen.registry import UnknownNameError, region_names

if TYPE_CHECKING:
    from datetime import date
    from importlib.resources.abc import Traversable

    from graphgen.table import Array

__all__ = ["Region", "is_region", "load_region"]


class _Told(dict[str, Any]):
    """What a file of a region says; `ValueError` where it does not say what is asked for."""

    def __init__(self, place: str, values: dict[str, Any]) -> None:
        super().__init__(
            (key, _Told(f"{place}: {key}", value) if isinstance(value, dict) else value)
            for key, value in values.items()
        )
        self.place = place

    def __missing__(self, key: str) -> Any:  # noqa: ANN401 - never given
        raise ValueError(f"{self.place}: there is no {key!r}; every region says it, as us does")


@dataclass(frozen=True, eq=False)
class Region:
    """The data of one place."""

    name: str
    folder: Traversable
    """Where its files are."""

    def toml(self, stem: str) -> dict[str, Any]:
        """Give the file `stem.toml`, parsed; `FileNotFoundError` if the region has none."""
        return _toml(self, stem)

    def csv(self, stem: str) -> dict[str, Any]:
        """Give the columns of `stem.csv` by name: numbers as an array, text as a list of `str`."""
        return _csv(self, stem)

    def settings(self, section: str) -> dict[str, Any]:
        """Give one section of `region.toml`."""
        found: dict[str, Any] = self.toml("region")[section]
        return found

    @property
    def title(self) -> str:
        """What people call it."""
        return str(self.toml("region")["title"])

    @property
    def country(self) -> str:
        """Its country, ISO 3166-1 alpha-2."""
        return str(self.toml("region")["country"])

    @property
    def currency(self) -> str:
        """Its currency, ISO 4217."""
        return str(self.toml("region")["currency"])

    @property
    def minor_units(self) -> int:
        """How many minor units (cents) make one unit of the currency."""
        return int(self.toml("region")["minor_units"])

    def amount(self, name: str) -> float:
        """Give a sum of `habits.toml`'s `amounts` in minor units; it stands there in major ones.

        `ValueError` if it is no number above 0.
        """
        amounts = self.toml("habits")["amounts"]
        major = amounts[name]
        if (
            isinstance(major, bool)
            or not isinstance(major, int | float)
            or not 0 < major < math.inf
        ):
            raise ValueError(f"{amounts.place}: {name} is {major!r}, not a number above 0")
        return float(major) * self.minor_units

    @cached_property
    def profiles(self) -> tuple[str, ...]:
        """The names of the profiles of the week; `signs_in.hours` counts along them."""
        return tuple(self.toml("hours")["profiles"])

    @cached_property
    def given_names(self) -> tuple[tuple[list[str], Array], tuple[list[str], Array]]:
        """Given names and their weights, of women and of men."""
        person = _person(self.toml("region")["faker_locale"])
        return (
            _weighted(getattr(person, "first_names_female", person.first_names)),
            _weighted(getattr(person, "first_names_male", person.first_names)),
        )

    @cached_property
    def family_names(self) -> tuple[list[str], Array]:
        """Family names and their weights."""
        return _weighted(_person(self.toml("region")["faker_locale"]).last_names)

    def holidays(self, first: date, last: date) -> frozenset[date]:
        """Give the public holidays from `first` to `last`, both included."""
        years = range(first.year, last.year + 1)
        found = _holidays(self, first.year).union(*(_holidays(self, year) for year in years))
        return frozenset(day for day in found if first <= day <= last)

    def is_business_day(self, first: date, count: int) -> Array:
        """Tell of each of `count` days whether banks settle: Monday to Friday, less holidays."""
        days = np.datetime64(first, "D") + np.arange(count)
        if not count:
            return np.zeros(0, np.bool_)
        off = np.array(sorted(self.holidays(first, days[-1].item())), "datetime64[D]")
        return np.is_busday(days, holidays=off)


@cache
def _holidays(region: Region, year: int) -> frozenset[date]:
    from holidays import country_holidays

    spec = region.settings("holidays")
    found = country_holidays(spec["country"], subdiv=spec.get("subdivision"), years=year)
    return frozenset(found)


def is_region(path: str) -> bool:
    """Say whether a folder of one's own is a region: whether it holds a `region.toml`."""
    return (Path(path) / "region.toml").is_file()


@cache
def load_region(name: str) -> Region:
    """Load a region by its name, or by the path of its folder.

    Raises
    ------
    UnknownNameError
        No region of that name is shipped, and no folder with a `region.toml` lies at that path.

    """
    if name in region_names():
        return Region(name, files("graphgen.regions") / name)
    if is_region(name):
        return Region(name, Path(name))
    raise UnknownNameError("region", name, region_names())


@cache
def _toml(region: Region, stem: str) -> dict[str, Any]:
    file = region.folder / f"{stem}.toml"
    try:
        return _Told(f"{file}", tomllib.loads(file.read_text("utf-8")))
    except ValueError as wrong:
        raise ValueError(f"{file}: {wrong}") from None


@cache
def _csv(region: Region, stem: str) -> dict[str, Any]:
    file = region.folder / f"{stem}.csv"
    try:
        lines = file.read_text("utf-8").splitlines()
        header, *rows = csv.reader(lines, quoting=csv.QUOTE_NONNUMERIC)
    except ValueError as wrong:
        raise ValueError(f"{file}: {wrong}") from None
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"{file}: a row of {len(row)} values, not {len(header)}: {row}")
    values = zip(*rows, strict=True)
    columns = {str(name): list(some) for name, some in zip(header, values, strict=True)}
    return {
        name: values if isinstance(values[0], str) else _numbers(values)
        for name, values in columns.items()
    }


def _numbers(values: list[Any]) -> Array:
    array = np.array(values, np.float64)
    whole = array.astype(np.int64)
    return whole if (whole == array).all() else array


def _person(locale: str) -> Any:  # noqa: ANN401 - a class that Faker does not type
    from importlib import import_module

    return import_module(f"faker.providers.person.{locale}").Provider


def _weighted(names: Any) -> tuple[list[str], Array]:  # noqa: ANN401 - a dict, or a plain sequence
    if hasattr(names, "values"):
        return list(names), np.array(list(names.values()), np.float64)
    unique = list(dict.fromkeys(names))
    return unique, np.ones(len(unique))
