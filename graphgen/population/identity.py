"""What a bank knows people by: e-mail addresses and telephone numbers, each of them unique."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.population.draw import digits, distinct, take
from graphgen.table import Table, text

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.region import Region
    from graphgen.table import Array

__all__ = ["emails", "phones"]

_STYLES = (
    ("given", ".", "family", 30),
    ("given", "", "family", 20),
    ("initial", "", "family", 18),
    ("given", "_", "family", 8),
    ("family", ".", "given", 8),
    ("family", "", "given", 5),
    ("initial", ".", "family", 6),
    ("given", "", "nothing", 5),
)
"""How e-mail addresses are made of names, with weights; our assumption."""
_NUMBERS = (3.0, 6.0)
"""Decimal logarithms between which the number in an address lies: four to six digits. So many,
since people who are made apart from each other must not meet in one address."""


def emails(graph: Graph, given: Array, family: Array, rng: np.random.Generator) -> Table:
    """Make an address from each of these names (numbers of `People.given` and `.family`)."""
    taken = graph["email"]["address"]
    spelled = _spell(graph, given, family, rng)
    again = np.union1d(_repeats(spelled), _known(spelled, taken))
    while len(again):
        fresh = _spell(graph, given[again], family[again], rng)
        good = np.ones(len(again), bool)
        for bad in (_repeats(fresh), _known(fresh, spelled), _known(fresh, taken)):
            good[bad] = False
        spelled = pc.replace_with_mask(
            spelled, _mask(len(spelled), again[good]), fresh.filter(pa.array(good))
        )
        again = again[~good]
    return Table.of("email", address=spelled)


def _spell(graph: Graph, given: Array, family: Array, rng: np.random.Generator) -> pa.StringArray:
    region, count = graph.world.place, len(given)
    parts, offsets = _name_parts(region)
    style = take(rng, [weight for *_, weight in _STYLES], count)
    numbers = {"given": given, "family": family, "initial": given, "nothing": np.zeros_like(given)}
    sides = []
    for side in (0, 2):
        code = np.zeros(count, np.int32)
        for number, kinds in enumerate(_STYLES):
            kind = str(kinds[side])
            code = np.where(style == number, offsets[kind] + numbers[kind], code)
        sides.append(parts.take(pa.array(code)))
    low, high = _NUMBERS
    number = pa.array((10 ** (low + (high - low) * rng.random(count))).astype(np.int32))
    domains = region.settings("emails")[graph.world.identities]
    at = text([f"@{domain}" for domain in domains], take(rng, list(domains.values()), count))
    between = text([str(separator) for _, separator, *_ in _STYLES], style)
    return pc.binary_join_element_wise(
        sides[0],
        between.dictionary_decode(),
        sides[1],
        number.cast(pa.string()),
        at.dictionary_decode(),
        "",
    )


@lru_cache(maxsize=16)
def _name_parts(region: Region) -> tuple[pa.StringArray, dict[str, int]]:
    """Spell all names as e-mail addresses do, and tell where each sort of part begins."""
    (women, _), (men, _) = region.given_names
    given = [_plain(name) for name in (*women, *men)]
    family = [_plain(name) for name in region.family_names[0]]
    spelled = [*given, *family, *(name[0] for name in given), ""]
    offsets = {
        "given": 0,
        "family": len(given),
        "initial": len(given) + len(family),
        "nothing": len(spelled) - 1,
    }
    return pa.array(spelled, pa.string()), offsets


def _plain(name: str) -> str:
    """Spell a name in the letters a to z; one that has none of them is `me`."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in letters if "a" <= c <= "z") or "me"


def _repeats(spelled: pa.StringArray) -> Array:
    """Find the rows that repeat an earlier row."""
    code = np.asarray(spelled.dictionary_encode().indices)
    return np.flatnonzero(code[1:] <= np.maximum.accumulate(code)[:-1]) + 1


def _known(spelled: pa.StringArray, taken: pa.Array) -> Array:
    """Find the rows that say what is taken already."""
    if not len(taken):
        return np.zeros(0, np.int64)
    met = pc.is_in(taken, value_set=spelled)
    return np.flatnonzero(np.asarray(pc.is_in(spelled, value_set=taken.filter(met))))


def _mask(count: int, rows: Array) -> pa.BooleanArray:
    mask = np.zeros(count, bool)
    mask[rows] = True
    return pa.array(mask)


def phones(graph: Graph, count: int, rng: np.random.Generator) -> Table:
    """Make telephone numbers of the region."""
    region = graph.world.place
    spec = region.settings("phones")
    prefixes, firsts = spec[graph.world.identities], spec["first"]
    tail = 10 ** (spec["digits"] - 1)
    while True:
        number = distinct(
            rng,
            graph.world.seed,
            "telephone numbers",
            len(prefixes) * len(firsts) * tail,
            count,
            np.zeros(0, np.int64),
        )
        heads = [prefix + first for prefix in prefixes for first in firsts]
        head = text(heads, (number // tail).astype(np.int32)).dictionary_decode()
        spelled = pc.binary_join_element_wise(head, digits(number % tail, spec["digits"] - 1), "")
        taken = graph["phone"]["number"]
        if not len(_known(spelled, taken)):
            break
    return Table.of("phone", number=spelled, country=text([region.country], np.zeros(count, int)))
