"""The columns of events: what a row says by itself, and what must say nothing."""

from __future__ import annotations

import numpy as np

from graphgen.report.acquaintance import knows_payee
from graphgen.report.introduction import adds_payee, days_added
from graphgen.report.reading import NONE, Events, Facts, local
from graphgen.rng import stream
from graphgen.schema import SCHEMAS, Meaning
from graphgen.table import Array

__all__ = ["groups", "links", "mute", "numbers", "said", "words_of"]

_VISITS = ("session", "action")
_BASE = 32
_WHOLE, _SIZES = 100, 4
"""Minor units of a whole sum; so many classes has the size of sums before it doubles."""
_GROUPED = ("type", "rail", "channel", "leg", "side", "topic")
"""Words that rows must share to be compared."""


def groups(facts: Facts, events: Events) -> Array:
    """Give rows that are alike by what they are one number: int64.

    A payment's rail, channel, leg and the sorts of the accounts at its ends (so that money that
    comes is never put beside money that goes); an action's type, an order's side, a piece's topic;
    of a visit and what is done in it whether something is ordered then, while the exchange is open.
    """
    kind = np.zeros(len(events), np.int64)
    if events.name == "payment":
        for end in ("debtor", "creditor", "counterparty"):
            row = facts.rows("account", events[f"{end}_account_id"])
            kind = kind * _BASE + np.append(facts.sort_of_account, -1)[row] + 1
    elif events.name in _VISITS and "order" in facts.events:
        kind += np.isin(events["session_id"], facts.events["order"]["session_id"])
    for column in reversed(_GROUPED):
        if column in events.columns:
            kind = kind * _BASE + events[column] + 1
    return kind


def said(facts: Facts, events: Events, kind: int) -> str:
    """Say which rows those of a group are."""
    named = []
    for column in _GROUPED:
        if column in events.columns:
            code, kind = kind % _BASE - 1, kind // _BASE
            values = SCHEMAS[events.name].by_name[column].values
            named.append(values[code] if code >= 0 else "")
    if events.name != "payment":
        return " ".join([events.name, *named, *(["with an order"] if kind else [])])
    behind, to, out = (kind // _BASE**power % _BASE - 1 for power in range(3))
    sorts = [*facts.sorts_of_accounts, ""]
    ends = f"{sorts[out]} to {sorts[to]}"
    through = f"({sorts[behind]})" if behind >= 0 else ""
    return " ".join(word for word in [*named, ends, through] if word)


def numbers(facts: Facts, events: Events) -> dict[str, Array]:
    """Give the columns that a threshold may be laid on."""
    minute = local(events)
    found = {"hour": minute // 60 % 24, "weekday": (minute // 1440 + 3) % 7}
    for column in SCHEMAS[events.name].columns:
        if column.meaning in {Meaning.MONEY, Meaning.INT, Meaning.FLOAT}:
            found[column.name] = events[column.name]
    for name, what in (("device", "type"), ("ip", "kind"), ("ip", "asn")):
        if f"{name}_id" in events.columns:
            row = facts.rows(name, events[f"{name}_id"])
            found[f"{name}.{what}"] = np.append(facts.tables[name][what], -1)[row]
    return found


def links(facts: Facts, events: Events) -> dict[str, Array]:
    """Give what the graph, and what was done before in the bank, say of the two ends of a row."""
    if events.name != "payment":
        return {}
    return {
        "payer knows payee": knows_payee(facts, events),
        "adds the payee": adds_payee(facts, events),
        "days since the payee was added": days_added(facts, events),
    }


def words_of(events: Events) -> dict[str, Array]:
    """Give the columns of words, as codes: each is asked whether it is this word."""
    return {
        column.name: events[column.name]
        for column in SCHEMAS[events.name].columns
        if column.meaning in {Meaning.CATEGORY, Meaning.BOOL, Meaning.TEXT}
        and column.name in events.columns
    }


def mute(facts: Facts, events: Events) -> dict[str, Array]:
    """Give what must say nothing: last digits, the order of ties, and whether columns are empty.

    Rows that follow from another say nothing again: they have what any other row may have.
    """
    time, rng = events["time"], stream(facts.seed, "report", "mute", events.name)
    found = {"milliseconds": time % 1000, "seconds": time // 1000 % 60}
    if "amount_minor" in events.columns:
        amount = events["amount_minor"]
        found["cents"] = _last_digits(facts, events, rng, np.arange(len(amount)), _WHOLE)
        whole = np.flatnonzero(amount % _WHOLE == 0)
        found["fives"] = _last_digits(facts, events, rng, whole, 5 * _WHOLE)
    if "original_payment_id" in events.columns:
        # what settles an order says the order's sum again, at an hour of the bank's
        alone = events["original_payment_id"] < 0
    elif "session_id" in events.columns and events.name != "session":
        # what is done in a session is done within seconds of each other: one of it says all
        alone = _firsts(events["session_id"])
    else:
        alone = np.ones(len(time), bool)
    if events.name == "trade":  # two sides of one match, and parts of one order
        alone &= _firsts(time) & _firsts(events["order_id"])
    found = {name: _or_any(rng, values, alone) for name, values in found.items()}
    new = np.append(True, np.diff(time) > 0)
    first = np.flatnonzero(new)
    size = np.diff(np.append(first, len(time)))
    tie = np.cumsum(new) - 1
    rank = np.arange(len(time)) - first[tie]
    tied = size[tie] > 1
    if "original_payment_id" in events.columns:
        tied &= events["original_payment_id"] < 0  # what settles comes in the order of its orders
    place = np.where(tied, rank / np.maximum(1, size[tie] - 1), rng.integers(0, 2, len(time)))
    found["order of a moment's rows"] = place
    for column in SCHEMAS[events.name].columns:
        if column.nullable and column.name in events.columns:
            values = events[column.name]
            none = -1 if column.meaning in _CODES else NONE
            found[f"{column.name} is empty"] = (values == none).astype(np.int8)
    return found


def _last_digits(
    facts: Facts, events: Events, rng: np.random.Generator, some: Array, unit: int
) -> Array:
    """Place how much sums are beyond whole units among those of about their size: float64, 0 to 1.

    Larger sums are rounder, whoever pays them: only like is put beside like. Ties, and sums that
    are not in some rows, lie anywhere.
    """
    amount = events["amount_minor"]
    place = rng.random(len(amount))
    size = np.floor(_SIZES * np.log2(np.maximum(1, amount[some]))).astype(np.int64)
    like = np.unique(groups(facts, events)[some] << 10 | size, return_inverse=True)[1]
    order = np.lexsort((place[some], amount[some] % unit, like))
    first = np.searchsorted(like[order], like[order])
    count = np.bincount(like)[like[order]]
    place[some[order]] = (np.arange(len(order)) - first + place[some[order]]) / count
    return place


def _firsts(values: Array) -> Array:
    """Say which rows are the first with their value: bool."""
    first = np.zeros(len(values), bool)
    first[np.unique(values, return_index=True)[1]] = True
    return first


def _or_any(rng: np.random.Generator, values: Array, some: Array) -> Array:
    """Give some rows' values, and to each other row that of any of them."""
    chosen = values[some] if some.any() else np.zeros(1, values.dtype)
    return np.where(some, values, rng.choice(chosen, len(values)))


_CODES = {Meaning.REF, Meaning.CATEGORY, Meaning.TEXT}
