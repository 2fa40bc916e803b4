"""Cards that are hardly paid for, and by whom little else is bought: what is changed of a life.

Both take what `graphgen.planting.credit.open_cards` gave, and give it on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from graphgen.schema import NULL_NUMBER, words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.planting.credit import Cards

__all__ = ["thin", "unpaid"]

_PURCHASE = words.HABITS.index("purchase")
_OF_DEBT = words.AMOUNT_OF.index("debt")
_LEAST_DUE = 0.03
"""What share of a debt is due a month at least; our assumption."""


def thin(tables: Iterable[Table], cards: Cards, share: float) -> Iterator[Table]:
    """Give what `open_cards` gave, with only that share of what people buy by other cards."""
    ours = np.zeros(cards.seen.size("account"), bool)
    ours[cards.account[cards.account >= 0]] = True
    for table in tables:
        if table.name != "pays":
            yield table
            continue
        bought = (table["habit"] == _PURCHASE) & ~ours[table["debtor_account_id"]]
        less = np.where(bought, np.float32(share), np.float32(1))
        yield table.with_columns(rate=(table["rate"] * less).astype(np.float32))


def unpaid(
    rng: np.random.Generator,
    tables: Iterable[Table],
    cards: Cards,
    least: float,
    *,
    since: Array | None = None,
) -> Iterator[Table]:
    """Give what `open_cards` gave, with the cards hardly paid for.

    A share `least` of them is paid the least that a bank asks for, all the time; nobody pays for
    the others from `since` on: int64 ms, a grid as of the cards'. None: they are paid as ever.
    """
    there = cards.account >= 0
    account = cards.account[there]
    sparing, ends = np.zeros((2, cards.seen.size("account")), np.int64)
    rank = np.argsort(np.argsort(rng.random(len(account)), kind="stable"), kind="stable")
    sparing[account] = rank < round(least * len(account))
    ends[:] = NULL_NUMBER
    if since is not None:
        ends[account] = np.where(sparing[account], NULL_NUMBER, since[there])
    ours = np.zeros(len(ends), bool)
    ours[account] = True
    for table in tables:
        if table.name != "pays":
            yield table
            continue
        paid = table["creditor_account_id"]
        bill = ours[paid] & (table["amount_of"] == _OF_DEBT)
        little = bill & (sparing[paid] > 0)
        yield table.with_columns(
            valid_to=np.where(bill, ends[paid], table["valid_to"]),
            share=np.where(little, np.float32(_LEAST_DUE), table["share"]),
        )
