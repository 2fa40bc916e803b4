"""The desk: who trades in a case, from where, and the orders that they give.

Everything works on grids: a row for each case, along the last axis its people or orders.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from graphgen.market.listing import listing
from graphgen.market.minutes import curve
from graphgen.order import distinct
from graphgen.pattern import TooFewError, cases, choose, members
from graphgen.planting.flow import banking, times
from graphgen.planting.funding import can_fund
from graphgen.planting.market import calendar
from graphgen.planting.rings import own_ways, ways
from graphgen.population.network import devices
from graphgen.schedule import ONCE
from graphgen.schema import NULL_NUMBER, words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphgen.graph import Graph
    from graphgen.pattern import Pattern

__all__ = ["Desk", "moment", "told", "usual_part", "worth_of_a_trade"]

_QUIET = 1.0
"""How much less likely, as a logarithm at hard, is who gives ten orders more a quarter."""
_APART = 0.6
"""Share of the rings, at hard, that share neither address nor device; our assumption."""
_PATIENT, _FAR, _TICKS = 0.6, 0.003, 4
"""Share of orders with a limit, at hard, how far beyond the price that is at the median, and in
ticks at least; our assumption."""
_FEW, _RICHER = 12.0, (0.7, 0.7, 0.5, 0.3)
"""Who opened with cash for fewer shares is replaced; by one of what share of the investors, those
with the most cash, time after time; our assumption."""
_MARKET, _LIMIT = (words.ORDER_TYPES.index(word) for word in ("market", "limit"))
_BROKERAGE = words.ACCOUNT_TYPES.index("brokerage")


def moment(graph: Graph, session: Array, part: Array) -> Array:
    """Give the moment at a part (0 to 1) of a session's time: int64 ms; both broadcast."""
    days = calendar(graph)
    last = max(0, len(days) - 1)
    opens, closes = (getattr(days, end)[np.clip(session, 0, last)] for end in ("opens", "closes"))
    return np.asarray(opens + (closes - opens - 1) * np.clip(part, 0.0, 1.0), np.int64)


def usual_part(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw at which parts of a session people trade: as they do, early and late; float64."""
    ends = np.append(0.0, np.cumsum(curve(390)))
    return np.asarray(np.interp(rng.random(shape), ends, np.linspace(0, 1, len(ends))))


class Desk:
    """Draws the investors of a pattern's cases, and writes down what they order."""

    def __init__(self, graph: Graph, rng: np.random.Generator, pattern: Pattern) -> None:
        held = graph["has_account"]
        kind = graph["account"]["type"][held["account_id"]]
        mine = np.flatnonzero(kind == _BROKERAGE)
        can = np.zeros(graph.size("user"), bool)
        can[banking(graph)] = True
        mine = mine[can[held["user_id"][mine]]]
        self.graph, self.rng, self.pattern = graph, rng, pattern
        self.account = np.full(graph.size("user"), -1, np.int32)
        """int32 (users,): the brokerage account of each user, -1 for none."""
        self.account[held["user_id"][mine]] = held["account_id"][mine]
        self._free = self.account >= 0
        holds, trades = graph["holds"], graph["trades"]
        of = [t["account_id"].astype(np.int64) << 32 | t["security_id"] for t in (holds, trades)]
        self._known = distinct(np.concatenate(of))

    @property
    def pool(self) -> Array:
        """The investors who are in no case yet: int32 users."""
        return np.flatnonzero(self._free).astype(np.int32)

    def people(self, here: Array, pool: Array | None = None) -> Array:
        """Draw investors where `here` says that somebody is: int32 users, -1 elsewhere."""
        grid = np.full(here.shape, -1, np.int32)
        some = self.pool if pool is None else pool[self._free[pool]]
        what = f"{self.pattern.name}: investors (investors: 0.2 makes some)"
        grid[here] = choose(self.rng, some, (int(here.sum()),), what)
        self._free[grid[here]] = False
        return grid

    def holders_of_stocks(
        self, count: int, *, small: float = 0.0, least: int = 1, times: float = 0.0
    ) -> tuple[Array, Array, Array]:
        """Draw investors who hold a stock, and it: int32 users, securities, int64 shares.

        The more `small`, the more often what the stock's firm is worth is little. They hold so many
        shares at `least`, and opened with cash for so many `times` one, as long as there are such.
        """
        graph, holds = self.graph, self.graph["holds"]
        owner = np.full(graph.size("account"), -1, np.int32)
        owner[self.account[self.account >= 0]] = np.flatnonzero(self.account >= 0)
        here = listing(graph.world.place)
        user, security = owner[holds["account_id"]], holds["security_id"]
        is_stock = here.type[security] == words.SECURITY_TYPES.index("stock")
        rows = np.flatnonzero((user >= 0) & is_stock)
        rows = rows[self._free[user[rows]]]
        key = self.rng.gumbel(size=len(rows)) - small * np.log(here.worth[security[rows]])
        # the harder, the more often it is who trades little otherwise
        often = _habits(graph).often
        key -= _QUIET * self.pattern.hardness * 60 * often[holds["account_id"][rows]] / 10
        cannot = self.cash(user[rows]) < times * here.price[security[rows]]
        rows = rows[np.lexsort((-key, cannot | (holds["quantity"][rows] < least)))]
        rows = rows[np.sort(np.unique(user[rows], return_index=True)[1])][:count]
        if len(rows) < count:
            what = f"{self.pattern.name}: investors with stocks"
            raise TooFewError(f"{what}: {count:,} are needed, the world has {len(rows):,}")
        self._free[user[rows]] = False
        return user[rows], security[rows].astype(np.int32), holds["quantity"][rows]

    def held_by(self, user: Array, grid: Array) -> Array:
        """Give each person's securities in turn, in any order: int32, of a grid's shape.

        The grid (people, how many) says what is given where somebody holds nothing.
        """
        account, security = (self.graph["holds"][n] for n in ("account_id", "security_id"))
        order = np.lexsort((self.rng.random(len(account)), account))
        first, after = (
            np.searchsorted(account[order], self.account[user], side) for side in ("left", "right")
        )
        many = (after - first)[:, None]
        place = first[:, None] + np.arange(grid.shape[1]) % np.maximum(1, many)
        found = security[order][np.minimum(place, max(0, len(order) - 1))]
        return np.where(many > 0, found, grid).astype(np.int32)

    def holders_of(self, security: Array) -> Array:
        """Draw investors in no case who hold securities (any shape), as far as there are any.

        Gives int32 users, nobody twice; -1 where there is none.
        """
        holds = self.graph["holds"]
        owner = np.full(self.graph.size("account"), -1, np.int32)
        owner[self.account[self._free]] = np.flatnonzero(self._free)
        rows = self.rng.permutation(np.flatnonzero(owner[holds["account_id"]] >= 0))
        rows = rows[np.unique(owner[holds["account_id"][rows]], return_index=True)[1]]
        rows = rows[np.argsort(holds["security_id"][rows], kind="stable")]
        there, wanted = holds["security_id"][rows], security.reshape(-1)
        order = np.argsort(wanted, kind="stable")
        sorted_ = wanted[order]
        place = np.searchsorted(there, sorted_) + np.arange(len(wanted))
        place -= np.searchsorted(sorted_, sorted_)
        found = np.full(len(wanted), -1, np.int32)
        inside = np.flatnonzero(place < np.searchsorted(there, sorted_, side="right"))
        found[order[inside]] = owner[holds["account_id"][rows[place[inside]]]]
        self._free[found[found >= 0]] = False
        return found.reshape(security.shape)

    def rich(self, share: float) -> Array:
        """Give the share of the investors who opened with the most cash, of those in no case.

        What people have later follows from that more than from how much they trade: what they sell
        pays for what they buy.
        """
        pool = self.pool
        return pool[
            np.sort(np.argsort(-self.cash(pool), kind="stable")[: round(share * len(pool))])
        ]

    def cash(self, user: Array) -> Array:
        """Say with how much cash people opened their brokerage accounts: int64, minor units."""
        opened = self.graph["account"]["opening_balance_minor"]
        return np.asarray(opened[self.account[user]])

    def able(self, user: Array, worth: Array) -> Array:
        """Put those who have more cash into cases that are worth more: int32, the same users."""
        here, dealt = user >= 0, user.copy()
        needed = np.broadcast_to(worth[:, None], user.shape)
        able = user[here][np.argsort(self.cash(user[here]), kind="stable")]
        rank = np.argsort(np.argsort(needed[here], kind="stable"))
        dealt[here] = able[rank]
        return dealt

    def poorest_first(self, user: Array) -> Array:
        """Put the people of each case in the order of their cash; nobody (-1) comes last."""
        cash = np.where(user >= 0, self.cash(np.maximum(user, 0)), np.iinfo(np.int64).max)
        return np.take_along_axis(user, np.argsort(cash, axis=1, kind="stable"), axis=1)

    def knows(self, user: Array, security: Array) -> Array:
        """Say whether people hold or trade a security by habit: bool; both broadcast."""
        key = self.account[user].astype(np.int64) << 32 | security
        place = np.minimum(np.searchsorted(self._known, key), max(0, len(self._known) - 1))
        return np.asarray(self._known[place] == key) if len(self._known) else key < 0

    def strangers_to(self, user: Array, security: Array) -> Array:
        """Replace people who know the case's security by others as long as there are any.

        And those who could pay for few shares of it.
        """
        return self._replaced(user, security, _FEW, new=True)

    def solvent(self, user: Array, security: Array, times: float) -> Array:
        """Replace people who opened with cash for less than so many times one share, likewise."""
        return self._replaced(user, security, times, new=False)

    def _replaced(self, user: Array, security: Array, times: float, *, new: bool) -> Array:
        user = user.copy()
        needed = times * listing(self.graph.world.place).price[security][:, None]
        for share in _RICHER:
            some = np.maximum(user, 0)
            wrong = (user >= 0) & (self.cash(some) < needed)
            if new:
                wrong |= (user >= 0) & self.knows(some, security[:, None])
            if not wrong.any() or int(wrong.sum()) > len(self.rich(share)):
                break
            user[wrong] = self.people(np.ones(int(wrong.sum()), bool), self.rich(share))
        return user

    def orders(
        self,
        case: Array,
        at: Array,
        user: Array,
        security: Array,
        side: Array | str,
        *,
        here: Array | None = None,
        meets: Array | None = None,
        **columns: Any,  # noqa: ANN401 - whatever broadcasts
    ) -> Table:
        """Give `trades` errands: one order at each moment of the grid `at` (int64 ms).

        All else broadcasts against it. Where `here` is false, or nobody is, there is none. `meets`
        says which place along the last axis an order is matched with.
        """
        sides = words.SIDES.index(side) if isinstance(side, str) else side
        usual: dict[str, Any] = {
            "quantity": 1, "quantity_of": "number", "share": 0.0, "off": 0.0, "lasts": 0,
        }  # fmt: skip
        columns = usual | columns
        user, security, case, sides = (
            np.broadcast_to(grid, at.shape) for grid in (user, security, case, sides)
        )
        there = (user >= 0) & (True if here is None else here)
        rows = np.full(at.shape, -1, np.int32)
        rows[there] = self.graph.new("trades", int(there.sum()))
        if meets is not None:
            columns["meets"] = np.take_along_axis(rows, meets.astype(np.int64), axis=-1)
        return Table.of(
            "trades",
            account_id=self.account[user[there]],
            security_id=security[there],
            user_id=user[there],
            side=sides[there],
            spread=0.0,
            rate=0.0,
            schedule=ONCE,
            valid_from=at[there],
            case_id=case[there],
            **{
                name: np.broadcast_to(value, at.shape)[there] if np.ndim(value) else value
                for name, value in columns.items()
            },
        )

    def at_once(
        self,
        security: Array,
        shape: tuple[int, ...],
        these: Array | bool = True,  # noqa: FBT001, FBT002 - a grid
    ) -> dict[str, Array]:
        """Draw terms of orders that are filled at once: columns `type` and `off`, of a shape.

        The harder, the more have a limit, which lies beyond the price and the spread. Those that
        are not `these` have the terms of any other order.
        """
        here = listing(self.graph.world.place)
        least = np.maximum(_TICKS / here.price[security], here.spread[security])
        off = np.maximum(least, _FAR * self.rng.lognormal(0, 0.5, shape))
        is_limit = self.rng.random(shape) < _PATIENT * self.pattern.hardness
        kind = np.where(is_limit, _LIMIT, _MARKET)
        return {
            "type": np.where(these, kind, -1),
            "off": np.where(is_limit & these, -off, 0.0),
        }

    def shared(
        self, case: Array, user: Array, start: Array, end: Array
    ) -> tuple[Array, Array, list[Table]]:
        """Let the people of most cases order from one address, and, the easier, from one device.

        So do those of whom nobody could send money to the others.
        Gives the rows of `signs_in` (int32, -1 where nobody is), the devices of the cases (int32,
        -1 for none), and the tables.
        """
        graph, rng, hard = self.graph, self.rng, self.pattern.hardness
        own_device, own_ip = own_ways(graph)
        some = rng.random(len(case)) >= _APART * hard
        some |= ~can_fund(graph, user).any(axis=1)
        # hardly any device has several owners: at hard that would give a ring away
        one = some & (rng.random(len(case)) >= hard)
        device = np.full(len(case), -1, np.int32)
        device[one] = graph.new("device", int(one.sum()))
        kinds = rng.integers(0, len(words.DEVICE_TYPES), int(one.sum())).astype(np.int8)
        used = np.where(one[:, None], device[:, None], own_device[user])
        here = (user >= 0) & (used >= 0) & some[:, None]
        # each has signed in from there before, at an hour like any other
        day = (start - graph.world.start_ms)[:, None] // DAY_MS - rng.integers(1, 5, user.shape)
        first = times(graph, rng, user, np.maximum(day, 0), "home")
        first = np.minimum(first, start[:, None] - 3_600_000)
        ends = np.where(end >= graph.world.end_ms, NULL_NUMBER, end)
        rows, table = ways(
            graph,
            here,
            is_fraud=True,
            user_id=user,
            device_id=used,
            ip_id=own_ip[user[:, :1]],
            rate=np.full(user.shape, 0.05),
            valid_from=first,
            valid_to=ends[:, None],
            case_id=case[:, None],
        )
        return rows, device, [devices(graph.world.place, kinds, rng), table]


@dataclass(frozen=True)
class _Habits:
    """What accounts trade by habit, by row of `account`: float64."""

    often: Array
    """Trades in a session."""
    worth: Array
    """What a usual one is worth."""
    cash: Array
    """What the account opened with."""


def worth_of_a_trade(graph: Graph, account: Array) -> Array:
    """Say what share of its cash an account's usual trade is worth: float64, at most 1."""
    found = _habits(graph)
    return np.asarray(np.clip(found.worth[account] / np.maximum(1, found.cash[account]), 0.01, 1.0))


def _habits(graph: Graph) -> _Habits:
    """Give what habits come to, which is looked at once for all patterns."""
    return graph.once("habits of trading", lambda: _look(graph))


def _look(graph: Graph) -> _Habits:
    trades, size = graph["trades"], graph.size("account")
    price = listing(graph.world.place).price
    worth = trades["quantity"] * price[trades["security_id"]] * trades["rate"]
    often = np.bincount(trades["account_id"], trades["rate"], size)
    traded = np.bincount(trades["account_id"], worth, size)
    cash = graph["account"]["opening_balance_minor"].astype(np.float64)
    return _Habits(often, traded / np.maximum(1e-12, often), cash)


def told(
    graph: Graph,
    pattern: Pattern,
    desk: Desk,
    case: Array,
    security: Array,
    span: tuple[Array, Array],
    roles: Mapping[str, Array],
    *,
    is_fraud: bool,
    device: Array | None = None,
) -> Iterator[Table]:
    """Yield the cases and who belongs to them: people by role, their accounts, the security."""
    start = np.maximum(span[0], graph.world.start_ms)
    yield cases(graph, pattern, case, start, np.maximum(start, span[1]), is_fraud=is_fraud)
    accounts = {role: np.where(user >= 0, desk.account[user], -1) for role, user in roles.items()}
    more = {} if device is None else {"device": {"shared": device[:, None]}}
    yield from members(
        case, user=roles, account=accounts, security={"target": security[:, None]}, **more
    )
