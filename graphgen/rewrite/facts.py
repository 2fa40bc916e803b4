"""Facts: what a reader of a text could look up, and so must stand in another text as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from graphgen.region import load_region

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["Facts"]

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "April", "June", "July", "August",
    "September", "October", "November", "December",
)  # fmt: skip
"""Those that are no other word as well."""
_COUNTS = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
    "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand",
    "million", "billion", "trillion", "dozen", "half", "twice", "double", "doubled", "triple",
    "tripled", "halved", "first quarter", "second quarter", "third quarter", "fourth quarter",
)  # fmt: skip
_UNITS = "percent|thousand|million|billion|trillion|times|shares|cents|points|{}".format(
    "|".join(f"{span}s?" for span in ("day", "week", "month", "year"))
)
_NUMBER = re.compile(rf"[+-]?\$?\d+(?:,\d{{3}})*(?:\.\d+)?%?(?: (?:{_UNITS})\b)?")


class Facts:
    """Finds the facts of texts: names of a world, and numbers with their signs and units.

    Names are those of what is listed and its symbols, of sectors, cities, outlets and analysts,
    days, months and quarters. A number is itself with its sign, its currency and its unit.
    """

    def __init__(self, names: Iterable[str], places: Iterable[str], sectors: Iterable[str]) -> None:
        self._loose = frozenset(places) | {sector.lower() for sector in sectors}
        exact = {*names, *places, *_DAYS, *_MONTHS} - {""}
        # a name that begins small has a capital where it begins a sentence
        self._names = {word[0].upper() + word[1:]: word for word in exact} | {w: w for w in exact}
        self._exact = re.compile(_any_of(self._names))
        self._small = re.compile(_any_of({*map(str.lower, sectors), *_COUNTS} - {""}))

    @classmethod
    def of(cls, dataset: Dataset) -> Facts:
        """Learn the names of a dataset's world."""
        place = load_region(dataset.run["world"].get("region", "us"))
        press = place.toml("news")
        security = dataset["security"]
        names = [
            *security["symbol"].to_pylist(),
            *security["name"].to_pylist(),
            *(name for group in ("outlets", "houses", "shills") for name in press[group]),
        ]
        return cls(names, place.csv("cities")["city"], dataset["sector"]["name"].to_pylist())

    def told(self, text: str) -> frozenset[str]:
        """Give what a text tells: another must tell all of it."""
        found, _ = self._split(text)
        return found

    def new(self, text: str, known: frozenset[str]) -> frozenset[str]:
        """Give what a text tells beyond what is known; a city or a sector may be a mere word."""
        return self.told(text) - known - self._loose

    def wording(self, text: str) -> str:
        """Give a text's words alone, without its facts, in small letters."""
        _, rest = self._split(text)
        return " ".join("".join(c if c.isalnum() else " " for c in rest.casefold()).split())

    def _split(self, text: str) -> tuple[frozenset[str], str]:
        """Give a text's facts, and what is left of it without them."""
        found: set[str] = set()

        def take(match: re.Match[str]) -> str:
            found.add(self._names.get(match[0], match[0]))
            return " "

        rest = self._exact.sub(take, text)
        rest = _NUMBER.sub(take, rest)
        lowered = rest.lower()
        return frozenset(found | set(self._small.findall(lowered))), self._small.sub(" ", lowered)


def _any_of(words: Iterable[str]) -> str:
    """Give what matches any of these words, the longest that stands there."""
    longest = sorted(words, key=lambda word: (-len(word), word))
    return rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)"
