"""Where accounts stand in the graph of transfers, as it was when the day began.

The graph has a line from one account to another if there was a transfer (over any rail but cards
and cash) in the 30 days before the day's midnight. Cores, components and communities leave out
hubs, who would tie everybody to everybody: what is left is people and small firms. Communities are
those of the first phase of Louvain's method (Blondel et al., J. Stat. Mech. P10008, 2008): many
small ones.
"""

from __future__ import annotations

import numpy as np

from graphgen.compiled import compiled
from graphgen.features.feature import Feature, Kind
from graphgen.table import Array

__all__ = ["COLUMNS", "FEATURES", "HUB", "Structure", "of_structure"]

HUB = 50
"""More partners than that make an account a hub: our assumption. People have a dozen."""
_DAMPING, _STEPS = 0.85, 30
"""Of PageRank: Brin and Page's damping; 0.85^30 is less than a hundredth."""
_SWEEPS = 8
"""In which accounts change their communities; hardly any does after five."""

COLUMNS = ("degree", "core", "pagerank", "component_size", "community_size")


def of_structure(ends: dict[str, str]) -> tuple[Feature, ...]:
    """Declare where accounts stand; `ends` says by the beginning of a name whose it is."""
    docs: dict[str, tuple[str, str, Kind]] = {
        "degree": ("Accounts that {} paid by transfer, or that paid it.", "accounts", "count"),
        "core": ("The largest k of a k-core without hubs that {} is in.", "", "count"),
        "pagerank": (
            "PageRank of {}, over that of an average account with a transfer; 0: it has none.",
            "",
            "number",
        ),
        "component_size": (
            "Accounts that transfers, whichever way, connect with {}, without hubs.",
            "accounts",
            "count",
        ),
        "community_size": (
            "Accounts in the community of {}, by Louvain's first phase, without hubs.",
            "accounts",
            "count",
        ),
    }
    return tuple(
        Feature(f"{start}{name}", doc.format(who), "day", unit, kind)
        for start, who in ends.items()
        for name, (doc, unit, kind) in docs.items()
    )


FEATURES = (
    *of_structure({"payer_": "the payer", "payee_": "the payee"}),
    Feature(
        "same_component",
        "Whether transfers, whichever way, connect the payer with the payee, without hubs.",
        "day",
        "",
        "flag",
    ),
    Feature(
        "same_community",
        "Whether payer and payee are in one community of at least two.",
        "day",
        "",
        "flag",
    ),
)
"""The features, in the order in which `Structure.write` gives them."""


class Structure:
    """One snapshot: the features of every account."""

    def __init__(self, accounts: int, payer: Array, payee: Array) -> None:
        first, other = _neighbours(accounts, payer, payee)
        degree = np.diff(first)
        calm = _calm(first, other, degree <= HUB)
        self._component = _components(*calm)
        self._community = _communities(*calm)
        self.columns = np.empty((len(COLUMNS), accounts), np.float32)
        """By feature and account."""
        self.columns[0] = degree
        self.columns[1] = _cores(*calm)
        self.columns[2] = _pageranks(accounts, payer, payee, _STEPS)
        self.columns[3] = np.bincount(self._component, minlength=accounts)[self._component]
        self.columns[4] = np.bincount(self._community, minlength=accounts)[self._community]

    def write(self, payer: Array, payee: Array, found: Array) -> None:
        """Write the features of payments between accounts."""
        half = len(COLUMNS)
        for row in range(half):
            np.take(self.columns[row], payer, out=found[row], mode="clip")
            np.take(self.columns[row], payee, out=found[half + row], mode="clip")
        for row, group in enumerate((self._component, self._community)):
            same = (group[payer] == group[payee]) & (found[3 + row] > 1)
            found[2 * half + row] = same


@compiled
def _neighbours(accounts: int, payer: Array, payee: Array) -> tuple[Array, Array]:
    """Give each account's distinct partners, ascending: where they begin, and who they are."""
    first = np.zeros(accounts + 1, np.int64)
    for row in range(len(payer)):
        if payer[row] != payee[row]:
            first[payer[row] + 1] += 1
            first[payee[row] + 1] += 1
    first = np.cumsum(first)
    other, ends = np.empty(first[-1], np.int32), first.copy()
    for row in range(len(payer)):
        one, two = payer[row], payee[row]
        if one != two:
            other[ends[one]], other[ends[two]] = two, one
            ends[one] += 1
            ends[two] += 1
    return _ascending(first, other)


@compiled
def _ascending(first: Array, other: Array) -> tuple[Array, Array]:
    """Put each account's partners in order, each of them once.

    Each line is there from both its ends; handing lines out by the other end orders them.
    """
    ordered, ends = np.empty_like(other), first.copy()
    for account in range(len(first) - 1):
        for place in range(first[account], first[account + 1]):
            partner = other[place]
            ordered[ends[partner]] = account
            ends[partner] += 1
    begin, count = np.zeros_like(first), 0
    for account in range(len(first) - 1):
        for place in range(first[account], first[account + 1]):
            if place == first[account] or ordered[place] != ordered[place - 1]:
                other[count] = ordered[place]
                count += 1
        begin[account + 1] = count
    return begin, other[:count].copy()


@compiled
def _calm(first: Array, other: Array, is_calm: Array) -> tuple[Array, Array]:
    """Leave out the lines of those who are not calm."""
    begin, kept, count = np.zeros_like(first), np.empty_like(other), 0
    for account in range(len(first) - 1):
        if is_calm[account]:
            for place in range(first[account], first[account + 1]):
                if is_calm[other[place]]:
                    kept[count] = other[place]
                    count += 1
        begin[account + 1] = count
    return begin, kept[:count].copy()


@compiled
def _cores(first: Array, other: Array) -> Array:
    """Give each account's core number (Batagelj and Zaversnik, arXiv cs/0310049): int32."""
    count = len(first) - 1
    degree = np.empty(count, np.int32)
    for account in range(count):
        degree[account] = first[account + 1] - first[account]
    begins = np.zeros((degree.max() if count else 0) + 2, np.int64)
    for account in range(count):
        begins[degree[account] + 1] += 1
    begins = np.cumsum(begins)
    place, order = np.empty(count, np.int64), np.empty(count, np.int64)
    fill = begins.copy()
    for account in range(count):
        place[account] = fill[degree[account]]
        order[place[account]] = account
        fill[degree[account]] += 1
    for at in range(count):
        account = order[at]
        for line in range(first[account], first[account + 1]):
            one = other[line]
            if degree[one] > degree[account]:
                # it changes places with the first of its degree, and is then of the degree below
                swap = order[begins[degree[one]]]
                place[swap], place[one] = place[one], place[swap]
                order[place[swap]], order[place[one]] = swap, one
                begins[degree[one]] += 1
                degree[one] -= 1
    return degree


@compiled
def _components(first: Array, other: Array) -> Array:
    """Name each account's component by the first account in it: int32."""
    count = len(first) - 1
    root = np.full(count, -1, np.int32)
    waiting = np.empty(count, np.int32)
    for account in range(count):
        if root[account] >= 0:
            continue
        root[account], waiting[0], left = account, account, 1
        while left:
            left -= 1
            here = waiting[left]
            for line in range(first[here], first[here + 1]):
                if root[other[line]] < 0:
                    root[other[line]] = account
                    waiting[left] = other[line]
                    left += 1
    return root


@compiled
def _communities(first: Array, other: Array) -> Array:
    """Name each account's community: int32.

    In each sweep every account, in order, moves to the community of a partner's, or stays, where it
    adds most to the modularity; of equals it stays, or takes the one with the lowest name.
    """
    count = len(first) - 1
    name = np.arange(count).astype(np.int32)
    lines = first[1:] - first[:-1]
    total = lines.copy()  # of each community's accounts
    shared = np.zeros(count, np.int32)  # with each community, of the account that is looked at
    for _ in range(_SWEEPS):
        changed = 0
        for account in range(count):
            begin, end = first[account], first[account + 1]
            if begin == end:
                continue
            for line in range(begin, end):
                shared[name[other[line]]] += 1
            best, weight = name[account], lines[account] / len(other)
            total[best] -= lines[account]
            most = shared[best] - weight * total[best]
            stays = best
            for line in range(begin, end):
                one = name[other[line]]
                gain = shared[one] - weight * total[one]
                if gain > most or (gain == most and best != stays and one < best):
                    best, most = one, gain
            for line in range(begin, end):
                shared[name[other[line]]] = 0
            total[best] += lines[account]
            changed += best != stays
            name[account] = best
        if not changed:
            break
    return name


@compiled
def _pageranks(accounts: int, payer: Array, payee: Array, steps: int) -> Array:
    """Give PageRanks along transfers, over the mean of the accounts that have one: float64."""
    paid, is_there = np.zeros(accounts), np.zeros(accounts, np.bool_)
    handed = np.empty(accounts)  # what each payee of an account gets of its rank
    for row in range(len(payer)):
        paid[payer[row]] += 1
        is_there[payer[row]], is_there[payee[row]] = True, True
    there = max(1, is_there.sum())
    rank = np.where(is_there, 1.0, 0.0)
    for _ in range(steps):
        nobody = 0.0
        for account in range(accounts):
            if is_there[account] and paid[account] == 0:
                nobody += rank[account]
            handed[account] = _DAMPING * rank[account] / max(1.0, paid[account])
        following = np.where(is_there, 1 - _DAMPING + _DAMPING * nobody / there, 0.0)
        for row in range(len(payer)):
            following[payee[row]] += handed[payer[row]]
        rank = following
    return rank
