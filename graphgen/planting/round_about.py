"""Round about: cheques from each account of a person to the next, and what is drawn of them.

Everything works on grids: a row for each person, along the last axis their accounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.planting.cheques import by_cheque, cash_drawn, cash_paid_in
from graphgen.population.habits import habits
from graphgen.schema import words
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.planting.rounds import Rounds
    from graphgen.world import World

__all__ = ["Accounts", "round_about"]

_ALL_BUT = 0.85
"""What share of what there is is drawn at least, of all but the last account; our assumption."""
_FEES = 3
"""For so many returned items' fees, beside what came back, there is cash; our assumption."""


@dataclass(frozen=True)
class Accounts:
    """The accounts of people that cheques go round between: grids (people, accounts)."""

    here: Array
    """Which there are, the first of each line: bool."""
    person: Array
    """Whose they are: int32 users (people,)."""
    account: Array
    """int32: rows of `account`."""
    bank: Array
    """int32: the bank of each."""

    def after(self) -> tuple[Array, Array]:
        """Give the account after each, and its bank: int32; after the last comes the first."""
        many = np.maximum(1, self.here.sum(axis=1, keepdims=True))
        place = (np.arange(self.here.shape[1]) + 1) % many
        account, bank = (
            np.take_along_axis(grid, place, axis=1) for grid in (self.account, self.bank)
        )
        return account, bank


def round_about(
    graph: Graph,
    rng: np.random.Generator,
    when: Rounds,
    accounts: Accounts,
    *,
    first: Array,
    growth: float,
    case: Array,
    is_fraud: bool,
) -> Iterator[Table]:
    """Yield cheques from each account to the next, what is drawn of it, and what is made good.

    Parameters
    ----------
    graph, rng, when, accounts
        What is planted on, where chance comes from, when all of it happens, and with which.
    first, growth
        What each person's first cheques are for, in minor units: float64; and by what share more
        those of each round are than those of the one before.
    case, is_fraud
        The rows of the cases, and whether it is the crime. Where it is not, days later as much cash
        as the last cheques to each account, and fees, is paid in on it.

    """
    here, person = accounts.here, accounts.person
    share, amount = _drawn(rng, when, here), _cheques(rng, when, first, growth)
    payee, there = accounts.after()
    yield by_cheque(
        graph, when.cheques,
        case=case[:, None, None], here=here[:, None, :], person=person[:, None, None],
        payer=accounts.account[:, None, :],
        payee=payee[:, None, :],
        habit="transfer",
        stage="preparation" if is_fraud else None,
        amount=amount,
    )  # fmt: skip
    yield cash_drawn(
        graph, when.drawn,
        case=case[:, None, None], here=here[:, :, None], person=person[:, None, None],
        account=accounts.account[:, :, None],
        bank=accounts.bank[:, :, None],
        stage="integration" if is_fraud else None,
        amount_of="balance",
        share=share,
    )  # fmt: skip
    if not is_fraud:
        yield cash_paid_in(
            graph, when.made_good,
            case=case[:, None], here=here, person=person[:, None],
            account=payee,
            bank=there,
            amount_minor=_in_cash(graph.world, amount[:, -1]),
        )  # fmt: skip


def _drawn(rng: np.random.Generator, when: Rounds, here: Array) -> Array:
    """Draw what share of what is there by then each part draws: float64, as `when.drawn`.

    They are equal parts: a half, then nearly all of the rest, or all, as of the last account.
    """
    share = np.minimum(rng.uniform(_ALL_BUT, 1.15, when.drawn.shape), 1)
    np.put_along_axis(share[:, :, -1], here.sum(axis=1, keepdims=True) - 1, 1, axis=1)
    return share / np.arange(share.shape[2], 0, -1)


def _cheques(rng: np.random.Generator, when: Rounds, first: Array, growth: float) -> Array:
    """Draw what each cheque is for: int64 minor units, as `when.cheques`.

    Each is a little less than the last, so that the day's round is covered by itself.
    """
    shape = when.cheques.shape
    grown = (1 + growth) ** np.arange(shape[1])[:, None]
    less = 1 - 0.01 * np.arange(shape[2]) - 0.01 * rng.random(shape)
    return np.asarray(np.rint(first[:, None, None] * grown * less), np.int64)


def _in_cash(world: World, amount: Array) -> Array:
    """Say what is paid in for what came back, and fees: round, and no less (int64 minor units)."""
    habit, paid = habits(world.place), words.HABITS.index("cash_deposit")
    unit = int(habit.round_minor[paid])
    fee = int(world.place.toml("habits")["clearing"]["returned_item_fee_minor"])
    return -(-(amount + _FEES * fee) // unit) * unit
