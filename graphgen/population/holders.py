"""People seen by their accounts: who holds what, where they live, what they earn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from graphgen.schema import words
from graphgen.table import Array

if TYPE_CHECKING:
    import pyarrow as pa

    from graphgen.graph import Graph

__all__ = ["Holders", "holders", "place_of", "zones_of"]

_CHECKING = words.ACCOUNT_TYPES.index("checking")
_CREDIT = words.ACCOUNT_TYPES.index("credit_card")
_OWNER = words.ACCOUNT_ROLES.index("owner")
_DEBIT_CARD = words.CARD_TYPES.index("debit")
_CUSHION = 1.2
"""Who writes cheques has at least so many monthly incomes on the account; our assumption."""


@dataclass(frozen=True)
class Holders:
    """One entry for each user of a graph; accounts and cards are row numbers, -1 for none."""

    main: Array
    """int32: the first checking account that the person owns."""
    debit_card: Array
    """int32: the person's card to it."""
    credit: Array
    """int32: the first credit card account."""
    credit_card: Array
    """int32: the card to it."""
    income: Array
    """float64: net income a month, in minor units."""
    head: Array
    """bool: whether the person runs the household's bills."""
    place: Array
    """int32: the number of the city (`place_of`)."""
    writes_cheques: Array
    """bool: whether the person ever does: those who have the money to cover them."""

    def by_cheque(self, user: Array, share: float) -> Array:
        """Say how likely each of them pays by cheque, where so many payments of all are: float64.

        They are written by those who can cover them; at most all that these pay.
        """
        return self.writes_cheques[user] * share / max(share, float(self.writes_cheques.mean()))


def holders(graph: Graph) -> Holders:
    """Look at all users of a graph."""
    return graph.once("holders", lambda: _holders(graph))


def _holders(graph: Graph) -> Holders:
    held, account, card = graph["has_account"], graph["account"], graph["card"]
    users = graph.size("user")
    kind = account["type"][held["account_id"]]
    owned = held["role"] == _OWNER
    main = _first(users, held["user_id"], held["account_id"], owned & (kind == _CHECKING))
    credit = _first(users, held["user_id"], held["account_id"], owned & (kind == _CREDIT))
    rows = np.arange(len(card), dtype=np.int32)
    own = card["user_id"]
    is_debit = (card["type"] == _DEBIT_CARD) & (main[own] == card["account_id"])
    is_credit = (card["type"] != _DEBIT_CARD) & (credit[own] == card["account_id"])
    household = graph["user"]["household_id"]
    everyone = np.ones(users, bool)
    first = _first(graph.size("household"), household, np.arange(users, dtype=np.int32), everyone)
    head = np.zeros(users, bool)
    head[first[first >= 0]] = True
    income = graph["user"]["income_minor"] / 12.0
    covered = (main >= 0) & (income > np.median(income))
    covered[covered] &= (
        graph["account"]["opening_balance_minor"][main[covered]] > _CUSHION * income[covered]
    )
    return Holders(
        main=main,
        debit_card=_first(users, own, rows, is_debit),
        credit=credit,
        credit_card=_first(users, own, rows, is_credit),
        income=income,
        head=head,
        place=place_of(graph, "address")[graph["household"]["address_id"][household]],
        writes_cheques=covered,
    )


def place_of(graph: Graph, table: str) -> Array:
    """Give the number of each row's city and state: int32, the same number in every table."""
    cities, rows_of = graph.world.place.csv("cities"), graph[table]
    city, state = _coded(rows_of["city"]), _coded(rows_of["state"])
    # words are few, rows are many: each pair of words is looked up once
    number = np.zeros((len(city.dictionary), len(state.dictionary)), np.int32)
    rows = {word: row for row, word in enumerate(city.dictionary.to_pylist())}
    columns = {word: column for column, word in enumerate(state.dictionary.to_pylist())}
    for place, (name, of) in enumerate(zip(cities["city"], cities["state"], strict=True)):
        if name in rows and of in columns:
            number[rows[name], columns[of]] = place
    return np.asarray(number[np.asarray(city.indices), np.asarray(state.indices)])


def zones_of(graph: Graph) -> tuple[tuple[str, ...], Array]:
    """Name the region's time zones, and number the one that each user lives in: int8."""
    return graph.once("zones", lambda: _zones_of(graph))


def _zones_of(graph: Graph) -> tuple[tuple[str, ...], Array]:
    zones = tuple(sorted(set(graph.world.place.csv("cities")["time_zone"])))
    import pyarrow as pa

    zone = graph["address"]["time_zone"]
    number = np.asarray(pc.index_in(_plain(zone), pa.array(zones, pa.string())), np.int8)
    home = graph["household"]["address_id"][graph["user"]["household_id"]]
    return zones, number[home]


def _coded(column: pa.Array) -> pa.DictionaryArray:
    return column if hasattr(column, "indices") else column.dictionary_encode()


def _plain(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if hasattr(column, "dictionary_decode") else column


def _first(size: int, key: Array, value: Array, where: Array) -> Array:
    """For each key, the value of the first row where the condition holds; -1 if there is none."""
    found = np.full(size, -1, np.int32)
    rows = np.flatnonzero(where)[::-1]
    found[key[rows]] = value[rows]
    return found
