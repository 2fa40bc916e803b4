"""Orders for securities, as a venue's surveillance sees them: what a model may know of each.

An order is a move from its account to its security, so that what is counted of payments (windows,
pairs, partners) is counted of orders in the same way. `velocity` looks at strictly earlier orders
and prices; `network` at devices, acquaintances and insiders, and a few sessions and pieces of news
ahead as well, as surveillance does that looks back at the weeks past.
"""

from __future__ import annotations

import numpy as np

from graphgen.order import among, members_of
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
_SESSIONS = {"1 session": 1, "5 sessions": 5}
_INSIDERS = "SELECT security_id, user_id FROM insider_of JOIN security USING (issuer_id)"
_ACQUAINTED = """
    SELECT security_id, CASE k.user_id WHEN i.user_id THEN other_user_id ELSE k.user_id END
    FROM insider_of AS i JOIN security USING (issuer_id)
    JOIN knows AS k ON i.user_id IN (k.user_id, k.other_user_id)
"""


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
    account = moves.payer[chosen] << _BITS
    found["account: cancelled before"] = _between(keys, account, account | moves.time[chosen])
    for sessions, moved in _moved(facts, moves, chosen, -1).items():
        found[f"price: moved in {sessions} before"] = moved
    return {name: np.asarray(values, np.float32) for name, values in found.items()}


def network(facts: Facts, moves: Moves, chosen: Array, users: dict[str, Array]) -> dict[str, Array]:
    """Give features of the chosen orders, by name: float32. `users` are features of people."""
    found = fans(moves, chosen, ("account", "security"), ("securities", "accounts"))
    found.update(over_devices(facts, moves, chosen))
    person = facts.rows("user", facts.events["order"]["user_id"])
    for name, values in users.items():
        if name.startswith("most users behind"):
            found[f"account: {name}"] = values[person[chosen]]
    found.update(_acquaintances(facts, moves, chosen, person))
    found.update(_insiders(facts, moves, chosen, person))
    found.update(_news(facts, moves, chosen))
    for sessions, moves_by in _moved(facts, moves, chosen, 1).items():
        found[f"price: moves in {sessions} after"] = moves_by
    return {name: np.asarray(values, np.float32) for name, values in found.items()}


def _securities(facts: Facts, moves: Moves) -> Array:
    """Give the row of each order's security: int64."""
    return moves.payee - len(facts.tables["account"]["account_id"])


def _between(keys: Array, begin: Array, end: Array) -> Array:
    """Count ascending keys from `begin` up to `end`, without it: int64."""
    return np.asarray(np.searchsorted(keys, end) - np.searchsorted(keys, begin))


def _moved(facts: Facts, moves: Moves, chosen: Array, way: int) -> dict[str, Array]:
    """Say how far prices go in some sessions before an order's (`way` -1) or after it (1): float64.

    In logarithms, by how many sessions; 0 where the world has no such session, or no prices.
    """
    if "price" not in facts.dataset.run["tables"]:
        return dict.fromkeys(_SESSIONS, np.zeros(len(chosen)))
    time, security, close = asked(
        facts.dataset, "SELECT epoch_ms(time), security_id, close_minor FROM price"
    )
    closes, session = np.unique(time, return_inverse=True)
    level = np.zeros((len(closes), len(facts.tables["security"]["security_id"])))
    level[session, facts.rows("security", security)] = np.log(close)
    # the last close that was known
    last = np.searchsorted(closes, moves.time[chosen], side="left") - 1
    row = _securities(facts, moves)[chosen]
    found = {}
    for name, sessions in _SESSIONS.items():
        there, other = np.clip((last, last + way * sessions), 0, len(closes) - 1)
        found[name] = (level[other, row] - level[there, row]) * way
    return found


def _acquaintances(facts: Facts, moves: Moves, chosen: Array, person: Array) -> dict[str, Array]:
    """Count orders of people whom the order's person knows for its security, around its time."""
    one, other = asked(facts.dataset, "SELECT user_id, other_user_id FROM knows")
    one, other = facts.rows("user", one), facts.rows("user", other)
    near, far = np.concatenate([one, other]), np.concatenate([other, one])
    far = far[np.argsort(near, kind="stable")]
    size = np.bincount(near, minlength=len(facts.tables["user"]["user_id"]))
    security, many = _securities(facts, moves), len(facts.tables["security"]["security_id"])
    # by person and security, and then by time: ranks, which fit beside them
    times, rank = np.unique(moves.time, return_inverse=True)
    span = len(times) + 1
    keys = np.sort((person * many + security) * span + rank)
    row, step = members_of(size[person[chosen]])
    friend = far[(np.cumsum(size) - size)[person[chosen]][row] + step]
    base = (friend * many + security[chosen][row]) * span
    found = {}
    for name, low, high in (("7 d before", -7 * _DAY, 0), ("7 d after", 0, 7 * _DAY)):
        begin, end = (
            np.searchsorted(times, moves.time[chosen] + bound)[row] for bound in (low, high + 1)
        )
        count = _between(keys, base + begin, base + end)
        found[f"acquaintances: orders for it {name}"] = np.bincount(row, count, len(chosen))
    return found


def _insiders(facts: Facts, moves: Moves, chosen: Array, person: Array) -> dict[str, Array]:
    """Say whether the person is an insider of the security's issuer, and knows how many."""
    people = len(facts.tables["user"]["user_id"])
    mine = (_securities(facts, moves) * people + person)[chosen]
    insiders, acquainted = (
        facts.rows("security", security) * people + facts.rows("user", user)
        for security, user in (asked(facts.dataset, query) for query in (_INSIDERS, _ACQUAINTED))
    )
    known = _between(np.sort(acquainted), mine, mine + 1)
    return {"is an insider": among(mine, insiders), "insiders known": known}


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
    keys = facts.rows("security", security) << _BITS | time
    order = np.argsort(keys, kind="stable")
    keys, time, sentiment = keys[order], time[order], sentiment[order]
    now = _securities(facts, moves)[chosen] << _BITS | moves.time[chosen]
    after = np.searchsorted(keys, now, side="right")
    found = {}
    for what, place in (("next", after), ("last", after - 1)):
        at = np.clip(place, 0, max(0, len(keys) - 1))
        there = (place == at) & (keys[at] >> _BITS == now >> _BITS)
        gap = np.where(there, np.abs(time[at] - moves.time[chosen]), _FAR)
        found[f"news: hours to the {what}"] = np.minimum(gap, _FAR) / 3_600_000
        found[f"news: tone of the {what}"] = np.where(there, sentiment[at], 0.0)
    return found
