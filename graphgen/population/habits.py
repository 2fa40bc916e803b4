"""What a region's data says about each habit: its hours, its purpose code, how its amounts end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from graphgen.schema import words
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.region import Region

__all__ = ["Habits", "habits"]


@dataclass(frozen=True)
class Habits:
    """One entry for each habit, in the order of `words.HABITS`."""

    hours: Array
    """int8: the profile of the week that it follows unless the edge says otherwise."""
    purpose: Array
    """int8: code of its ISO 20022 purpose, -1 for none."""
    note_minor: Array
    """int64: at machines, all amounts are multiples of it."""
    round_minor: Array
    """int64: what rounded amounts are multiples of."""
    round_share: Array
    """float64: how many amounts are rounded."""
    round_fifths: Array
    """bool: whether small ones are rounded to fifths of that."""
    charm_share: Array
    """float64: how many amounts end like prices."""
    price_minor: tuple[int, int, int]
    """What prices are multiples of, less their ending; the usual ending, and the other."""
    usual_ending: float
    """The share of the usual ending."""


@lru_cache(maxsize=16)
def habits(region: Region) -> Habits:
    """Read the habits of a region."""
    data = region.toml("habits")

    def each(key: str, default: Any) -> list[Any]:  # noqa: ANN401 - TOML's values
        return [data[name].get(key, default) for name in words.HABITS]

    return Habits(
        hours=np.array([region.profiles.index(name) for name in each("hours", "")], np.int8),
        purpose=np.array([words.PURPOSES.index(p) if p else -1 for p in each("purpose", "")]),
        note_minor=np.array(each("note_minor", 1), np.int64),
        round_minor=np.array(each("round_minor", 1), np.int64),
        round_share=np.array(each("round_share", 0.0)),
        round_fifths=np.array(each("round_fifths", False)),
        charm_share=np.array(each("charm_share", 0.0)),
        price_minor=(data["prices"]["unit_minor"], *data["prices"]["endings_minor"]),
        usual_ending=data["prices"]["first_share"],
    )
