"""Cheques and cash at the counters of banks, and accounts at several of them, on grids of cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from graphgen.pattern import errands
from graphgen.planting.rings import in_grid
from graphgen.population import open_checking, with_life
from graphgen.population.holders import holders
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["at_banks", "by_cheque", "cash_drawn", "cash_paid_in"]


def by_cheque(
    graph: Graph,
    at: Array,
    *,
    payer: Array,
    payee: Array,
    person: Array,
    amount: Array,
    **columns: Any,  # noqa: ANN401 - whatever broadcasts
) -> Table:
    """Give cheques of a person's account that are paid in on another; columns are as of `errands`.

    The account that pays, the one that is paid, the person (int32) and the amount (int64, minor
    units) broadcast against the times.
    """
    return errands(
        graph,
        at,
        hours="counter",
        debtor_account_id=payer,
        creditor_account_id=payee,
        user_id=person,
        rail="cheque",
        channel="branch",
        amount_minor=amount,
        **columns,
    )


def cash_drawn(
    graph: Graph,
    at: Array,
    *,
    account: Array,
    bank: Array,
    person: Array,
    **columns: Any,  # noqa: ANN401 - whatever broadcasts
) -> Table:
    """Give what a person draws in cash at a counter of the account's bank; columns as of `errands`.

    The account, its bank and the person (int32) broadcast against the times.
    """
    return _over_the_counter(
        graph,
        at,
        debtor_account_id=account,
        creditor_account_id=graph["bank"]["vault_account_id"][bank],
        user_id=person,
        habit="cash_withdrawal",
        **columns,
    )


def cash_paid_in(
    graph: Graph,
    at: Array,
    *,
    account: Array,
    bank: Array,
    person: Array,
    **columns: Any,  # noqa: ANN401 - whatever broadcasts
) -> Table:
    """Give what a person pays in in cash, as of `cash_drawn`."""
    return _over_the_counter(
        graph,
        at,
        debtor_account_id=graph["bank"]["vault_account_id"][bank],
        creditor_account_id=account,
        user_id=person,
        habit="cash_deposit",
        **columns,
    )


def _over_the_counter(graph: Graph, at: Array, **columns: Any) -> Table:  # noqa: ANN401
    return errands(graph, at, hours="counter", rail="cash", channel="branch", **columns)


def at_banks(
    graph: Graph, rng: np.random.Generator, person: Array, here: Array, least: Array
) -> tuple[Array, Array, list[Table]]:
    """Give people accounts at different banks: the banks, the accounts, and tables of new ones.

    Both are int32 (people, accounts), where `here` says that there is one, else -1 for the account;
    there are no more than banks. The first is the main account; the others are opened, with `least`
    (minor units) in them, and get an honest life; the bank of the last grants no overdraft.
    """
    main = holders(graph).main[person]
    rank = rng.random((len(person), graph.size("bank")))
    rank[np.arange(len(person)), graph["account"]["bank_id"][main]] = -1
    bank = np.argsort(rank, axis=1)[:, : here.shape[1]].astype(np.int32)
    further = here[:, 1:]
    owner, _ = np.nonzero(further)
    new, tables = open_checking(graph, person[owner], bank[:, 1:][further], rng, least=least[owner])
    last = np.append(owner[1:] != owner[:-1], True)[: len(owner)]
    has, limit = (tables[0][f"{what}_minor"] for what in ("opening_balance", "credit_limit"))
    tables[0] = tables[0].with_columns(
        opening_balance_minor=np.where(last, np.maximum(has, 0), has),
        credit_limit_minor=np.where(last, 0, limit),
    )
    lived = with_life(graph, rng, tables, accounts=new)
    return bank, np.hstack([main[:, None], in_grid(further, new)]), lived
