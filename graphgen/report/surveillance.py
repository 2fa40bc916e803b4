"""Orders for securities, as a venue's surveillance sees them: what a model may know of each.

An order is a move from its account to its security, so that what is counted of payments (windows,
pairs, partners) is counted of orders in the same way. `velocity` looks at strictly earlier orders
and prices; `network` at devices, acquaintances and insiders, and a few sessions and pieces of news
ahead as well, as surveillance does that looks back at the weeks past.
"""

from __future__ import annotations

import numpy as np

from graphgen.report.moves import Moves
from graphgen.report.network import fans, over_devices
from graphgen.report.reading import Facts, asked
from graphgen.report.velocity import pairs_before, recently
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["network", "orders", "velocity"]

_DAY = 86_400_000
_FAR = 60 * _DAY
"""So long ago, or ahead, is a piece of news if there is none."""
_CANCELLED = words.ORDER_STATUSES.index("cancelled")
_BITS = 42
"""Milliseconds since 1970 fit into so many bits until 2109."""


def orders(facts: Facts) -> Moves:
    """Read the moves off the orders: securities stand behind the accounts."""
    order = facts.events["order"]
    accounts = len(facts.tables["account"]["account_id"])
    payer = facts.rows("account", order["account_id"])
    payee = accounts + facts.rows("security", order["security_id"])
    price = np.maximum(order["limit_minor"], 1)
    return Moves.of(
        "order",
        np.arange(len(order)),
        payer,
        payee,
        order["time"],
        (order["quantity"] * price).astype(np.float64),
        order["filled"] > 0,
        accounts + len(facts.tables["security"]["security_id"]),
    )


def velocity(facts: Facts, moves: Moves, chosen: Array) -> dict[str, Array]:
    """Give features of the chosen orders that were known when they came, by name: float32."""
    order = facts.events["order"]
    names = ("account", "security"), ("orders", "sum", "orders for it", "sum for it")
    found = recently(moves, chosen, *names)
    found.update(pairs_before(moves, chosen))
    # an order that is cancelled later is not known to be yet
    ended = np.flatnonzero(order["status"] == _CANCELLED)
    keys = np.sort(moves.payer[ended] << _BITS | order["ended"][ended])
    now = moves.payer[chosen] << _BITS
    before = np.searchsorted(keys, now | moves.time[chosen]) - np.searchsorted(keys, now)
    found["account: cancelled before"] = before
    for name, sessions in (("1 session", 1), ("5 sessions", 5)):
        found[f"price: moved in {name} before"] = _moved(facts, moves, chosen, -sessions)
    return {name: np.asarray(values, np.float32) for name, values in found.items()}


def network(facts: Facts, moves: Moves, chosen: Array, users: dict[str, Array]) -> dict[str, Array]:
    """Give features of the chosen orders, by name: float32. `users` are features of people."""
    found = fans(moves, chosen, ("account", "security"), ("securities", "accounts"))
    found.update(over_devices(facts, moves, chosen))
    person = facts.rows("user", facts.events["order"]["user_id"])
    for name, values in users.items():
        if name.startswith("most users behind"):
            found[f"account: {name}"] = values[person[chosen]]
    found.update(_acquaintances(facts, moves, chosen))
    found.update(_insiders(facts, moves, chosen, person[chosen]))
    found.update(_news(facts, moves, chosen))
    for name, sessions in (("1 session", 1), ("5 sessions", 5)):
        found[f"price: moves in {name} after"] = _moved(facts, moves, chosen, sessions)
    return {name: np.asarray(values, np.float32) for name, values in found.items()}


def _moved(facts: Facts, moves: Moves, chosen: Array, sessions: int) -> Array:
    """Say how far prices go in some sessions before an order's (negative) or after it: float64.

    In logarithms; 0 where the world has no such session, or no prices.
    """
    if "price" not in facts.dataset.run["tables"]:
        return np.zeros(len(chosen))
    time, security, close = asked(
        facts.dataset, "SELECT epoch_ms(time), security_id, close_minor FROM price"
    )
    closes, session = np.unique(time, return_inverse=True)
    level = np.zeros((len(closes), len(facts.tables["security"]["security_id"])))
    level[session, facts.rows("security", security)] = np.log(close)
    accounts = len(facts.tables["account"]["account_id"])
    # the last close that was known
    last = np.searchsorted(closes, moves.time[chosen], side="left") - 1
    row = moves.payee[chosen] - accounts
    there, other = np.clip((last, last + sessions), 0, len(closes) - 1)
    return np.asarray((level[other, row] - level[there, row]) * np.sign(sessions))


def _acquaintances(facts: Facts, moves: Moves, chosen: Array) -> dict[str, Array]:
    """Count orders of people whom the order's person knows for its security, around its time."""
    one, other = asked(facts.dataset, "SELECT user_id, other_user_id FROM knows")
    one, other = facts.rows("user", one), facts.rows("user", other)
    near, far = np.concatenate([one, other]), np.concatenate([other, one])
    far = far[np.argsort(near, kind="stable")]
    size = np.bincount(near, minlength=len(facts.tables["user"]["user_id"]))
    first = np.cumsum(size) - size
    person = facts.rows("user", facts.events["order"]["user_id"])
    security = moves.payee - moves.payee.min(initial=0)
    many = int(security.max(initial=0)) + 1
    # by person and security, and then by time: ranks, which fit beside them
    rank = np.searchsorted(np.unique(moves.time), moves.time)
    span = int(rank.max(initial=0)) + 2
    keys = np.sort((person * many + security) * span + rank)
    row = np.repeat(np.arange(len(chosen)), size[person[chosen]])
    step = np.arange(len(row)) - np.repeat(
        np.cumsum(size[person[chosen]]) - size[person[chosen]], size[person[chosen]]
    )
    friend = far[first[person[chosen]][row] + step]
    base = (friend * many + security[chosen][row]) * span
    times = np.unique(moves.time)
    found = {}
    for name, low, high in (("7 d before", -7 * _DAY, 0), ("7 d after", 0, 7 * _DAY)):
        begin, end = (
            np.searchsorted(times, moves.time[chosen] + bound)[row] for bound in (low, high + 1)
        )
        count = np.searchsorted(keys, base + end) - np.searchsorted(keys, base + begin)
        found[f"acquaintances: orders for it {name}"] = np.bincount(row, count, len(chosen))
    return found


def _insiders(facts: Facts, moves: Moves, chosen: Array, person: Array) -> dict[str, Array]:
    """Say whether the person is an insider of the security's issuer, or knows how many."""
    people = len(facts.tables["user"]["user_id"])
    security, user = asked(
        facts.dataset,
        "SELECT security_id, user_id FROM insider_of JOIN security USING (issuer_id)",
    )
    accounts = len(facts.tables["account"]["account_id"])
    keys = np.unique(facts.rows("security", security) * people + facts.rows("user", user))
    mine = (moves.payee[chosen] - accounts) * people + person
    place = np.minimum(np.searchsorted(keys, mine), max(0, len(keys) - 1))
    is_one = keys[place] == mine if len(keys) else np.zeros(len(chosen), bool)
    security, user = asked(
        facts.dataset,
        "SELECT security_id, CASE k.user_id WHEN i.user_id THEN other_user_id ELSE k.user_id END "
        "FROM insider_of AS i JOIN security USING (issuer_id) "
        "JOIN knows AS k ON i.user_id IN (k.user_id, k.other_user_id)",
    )
    known = np.sort(facts.rows("security", security) * people + facts.rows("user", user))
    count = np.searchsorted(known, mine, "right") - np.searchsorted(known, mine, "left")
    return {"is an insider": is_one, "insiders known": count}


def _news(facts: Facts, moves: Moves, chosen: Array) -> dict[str, Array]:
    """Tell how far the next piece about the security is, the last one, and how good they are."""
    pieces = [name for name in ("news", "report") if name in facts.dataset.run["tables"]]
    if not pieces:
        return {}
    union = " UNION ALL ".join(
        f"SELECT epoch_ms(time), security_id, sentiment FROM {name} "  # noqa: S608 - a table of ours
        "WHERE security_id IS NOT NULL"
        for name in pieces
    )
    time, security, sentiment = asked(facts.dataset, union)
    accounts = len(facts.tables["account"]["account_id"])
    keys = facts.rows("security", security) << _BITS | time
    order = np.argsort(keys, kind="stable")
    keys, time, sentiment = keys[order], time[order], sentiment[order]
    now = (moves.payee[chosen] - accounts) << _BITS | moves.time[chosen]
    after = np.searchsorted(keys, now, side="right")
    found = {}
    for what, place in (("next", after), ("last", after - 1)):
        at = np.clip(place, 0, max(0, len(keys) - 1))
        there = (place == at) & (keys[at] >> _BITS == now >> _BITS)
        gap = np.where(there, np.abs(time[at] - moves.time[chosen]), _FAR)
        found[f"news: hours to the {what}"] = np.minimum(gap, _FAR) / 3_600_000
        found[f"news: tone of the {what}"] = np.where(there, sentiment[at], 0.0)
    return found
