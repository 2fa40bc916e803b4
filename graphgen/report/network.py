"""What the graph knows of an order: fans, chains, cycles, sums passed on, things shared.

Unlike `graphgen.report.velocity` these look a few days ahead as well, as a bank's monitoring does
that looks back at the weeks past: a chain can be seen only once its hops have happened.
"""

from __future__ import annotations

import numpy as np

from graphgen.report import paths, windows
from graphgen.report.moves import Moves
from graphgen.report.reading import Facts
from graphgen.table import Array

__all__ = ["fans", "network", "over_devices"]

_DAY = 86_400_000
_MOST = 64
"""Entries of one account that are looked through for one order: a shop has too many."""
_LONGEST = 12
"""Hops of the longest cycle that is looked for."""
_STEPS = 400
_BUSY = 200
"""Who pays more than so many is a hub, and no way leads through it."""


def network(facts: Facts, moves: Moves, chosen: Array, users: dict[str, Array]) -> dict[str, Array]:
    """Give features of the chosen orders, by name: float32. `users` are features of people."""
    found = fans(moves, chosen, ("payer", "payee"), ("payees", "payers"))
    place = np.empty(len(moves.entry), np.int64)
    place[moves.entry] = np.arange(len(moves.entry))
    for days in (2, 10):
        found.update(_passed(moves, place, chosen, days))
        found.update(_chained(moves, place, chosen, days))
    found.update(_around(facts, moves, chosen))
    found.update(_shared(facts, moves, chosen, users))
    found.update(over_devices(facts, moves, chosen))
    return {name: values.astype(np.float32) for name, values in found.items()}


def fans(
    moves: Moves, chosen: Array, ends: tuple[str, str], partners: tuple[str, str]
) -> dict[str, Array]:
    """Count partners of either end of orders in windows before and after them.

    `ends` names the ends; `partners` those to whom, and those from whom, its orders go.
    """
    found: dict[str, Array] = {}
    for name, before, after in (
        ("1 d before", _DAY, 0),
        ("1 d after", 0, _DAY),
        ("7 d before", 7 * _DAY, 0),
        ("7 d after", 0, 7 * _DAY),
    ):
        fan = windows.partners(
            moves.first,
            moves.entry,
            moves.time,
            moves.booked,
            moves.pair,
            moves.pairs,
            before,
            after,
        )
        for side, whose in enumerate(ends):
            own = fan[2 * chosen + side]
            for number, what in enumerate(partners):
                found[f"{whose}: {what} {name}"] = own[:, number]
    return found


def _passed(moves: Moves, place: Array, chosen: Array, days: int) -> dict[str, Array]:
    """Put the order beside what came before it and what goes after it."""
    passed = paths.passing(
        chosen,
        moves.first,
        place,
        moves.entry,
        moves.time,
        moves.amount,
        moves.booked,
        days * _DAY,
        _MOST,
    )
    return {
        f"{what} {side}, {days} d": passed[:, row, column]
        for row, side in enumerate(("before", "after"))
        for column, what in enumerate(("sum", "likest sum", "hours to it"))
    }


def _chained(moves: Moves, place: Array, chosen: Array, days: int) -> dict[str, Array]:
    """Tell how long the chain and the cycle are that the order is part of."""
    least = 0.85
    ways = (moves.first, place, moves.entry, moves.payer, moves.payee, moves.time, moves.amount)
    back, forth = paths.chains(*ways, moves.booked, days * _DAY, least, _MOST)
    cycle = paths.cycles(*ways, moves.booked, forth, days * _DAY, least, _LONGEST, _STEPS)
    return {
        f"chain before, {days} d": back[chosen],
        f"chain after, {days} d": forth[chosen],
        f"chain, {days} d": (back + forth)[chosen],
        f"cycle, {days} d": cycle[chosen],
    }


def _around(facts: Facts, moves: Moves, chosen: Array) -> dict[str, Array]:
    """Count partners over the whole window, ways beside the order's own, and ways back."""
    accounts = len(facts.tables["account"]["account_id"])
    pair, number = np.unique(moves.pair[moves.booked], return_index=True)
    payer, payee = (end[moves.booked][number] for end in (moves.payer, moves.payee))
    first = np.concatenate([[0], np.cumsum(np.bincount(payer, minlength=accounts))])
    out, into, back = paths.parallel(first, payee, _BUSY)
    at = np.minimum(np.searchsorted(pair, moves.pair[chosen]), len(pair) - 1)
    there = pair[at] == moves.pair[chosen]
    payees, payers = np.diff(first), np.bincount(payee, minlength=accounts)
    keys = payer * accounts + payee
    reverse = moves.payee[chosen] * accounts + moves.payer[chosen]
    found = np.minimum(np.searchsorted(keys, reverse), len(keys) - 1)
    return {
        "ways beside it, out": np.where(there, out[at], 0),
        "ways beside it, in": np.where(there, into[at], 0),
        "ways back": np.where(there, back[at], 0),
        "paid back": keys[found] == reverse,
        "payer: payees": payees[moves.payer[chosen]],
        "payer: payers": payers[moves.payer[chosen]],
        "payee: payees": payees[moves.payee[chosen]],
        "payee: payers": payers[moves.payee[chosen]],
    }


def _shared(facts: Facts, moves: Moves, chosen: Array, users: dict[str, Array]) -> dict[str, Array]:
    """Count who else is behind what the order's two ends use, and say what of it they share."""
    found: dict[str, Array] = {}
    holder = np.full(len(facts.tables["account"]["account_id"]), -1)
    has = facts.tables["has_account"]
    holder[facts.rows("account", has["account_id"])] = facts.rows("user", has["user_id"])
    ends = holder[moves.payer[chosen]], holder[moves.payee[chosen]]
    people = len(facts.tables["user"]["user_id"])
    for entity, edge in (
        ("device", "uses_device"),
        ("ip", "uses_ip"),
        ("address", "lives_at"),
        ("phone", "has_phone"),
        ("email", "has_email"),
    ):
        name = f"most users behind a {entity}"
        for whose, end in zip(("payer", "payee"), ends, strict=True):
            if name in users:
                found[f"{whose}: {name}"] = np.where(end >= 0, users[name][end], -1)
        table = facts.tables[edge]
        thing = facts.rows(entity, table[f"{entity}_id"])
        found[f"ends share a {entity}"] = _common(
            facts.rows("user", table["user_id"]), thing, *ends, people
        )
    return found


def over_devices(facts: Facts, moves: Moves, chosen: Array) -> dict[str, Array]:
    """Count who else gives orders over each order's device and address, to whom it goes too."""
    found: dict[str, Array] = {}
    events = facts.events[moves.event]
    for entity in ("device", "ip"):
        used = facts.rows(entity, events[f"{entity}_id"][moves.row])
        many = len(facts.tables[entity][f"{entity}_id"]) + 1
        # payers who pay this payee from this device, and all who pay from it
        some = np.flatnonzero(used >= 0)
        for what, key in (("to the payee", moves.payee * many + used), ("at all", used)):
            behind = np.full(len(used), -1)
            behind[some] = _distinct(key[some], moves.payer[some])
            found[f"payers over the {entity}, {what}"] = behind[chosen]
    return found


def _common(user: Array, thing: Array, one: Array, other: Array, people: int) -> Array:
    """Say whether two people (rows, -1: none) are behind one thing, device by device: bool."""
    order = np.argsort(user, kind="stable")
    user, thing = user[order], thing[order]
    first = np.searchsorted(user, np.arange(people + 1))
    pair, where = np.unique(np.maximum(one, 0) * people + np.maximum(other, 0), return_inverse=True)
    left, right = pair // people, pair % people
    keys = np.unique(thing * people + user)
    shares = np.zeros(len(pair), bool)
    size = np.diff(first)
    for number in range(int(size.max(initial=0))):
        some = size[left] > number
        have = thing[first[left[some]] + number] * people + right[some]
        at = np.minimum(np.searchsorted(keys, have), len(keys) - 1)
        shares[some] |= keys[at] == have
    return np.asarray(shares[where] & (one >= 0) & (other >= 0) & (one != other))


def _distinct(key: Array, of: Array) -> Array:
    """Count, for each row, the distinct values of `of` among the rows with its key."""
    known, number = np.unique(key, return_inverse=True)
    many = int(of.max(initial=0)) + 1
    pair = np.unique(number * many + of)
    return np.asarray(np.bincount(pair // many, minlength=len(known))[number])
