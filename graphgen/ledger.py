"""The ledger: walks propose, the ledger disposes, strictly in the order of time.

Money is whole minor units. Every movement is one row from one account to another, so the sum over
all accounts never changes. A card, cash, instant or book payment moves at once, if balance and
limit cover it; if not it is a declined row that moves nothing. A cheque or a batch transfer credits
the payee from the bank's clearing account at once, and is settled, or bounces, one or two business
days later. What a bounced item cannot take back from the payee, or a fee from the payer, is the
bank's loss; payee or payer owes it, and the bank takes it from what comes to that account, but from
cheques and what pays a debt there. Chain money is held until its next hop.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from graphgen import journal
from graphgen.clearing import Terms
from graphgen.journal import Books
from graphgen.losses import Losses
from graphgen.market.book import RESTING, UNSETTLED, Book, Traded
from graphgen.market.orders import Orders
from graphgen.market.positions import Positions
from graphgen.order import by_time
from graphgen.population.habits import habits
from graphgen.proposals import Payments, stacked
from graphgen.rng import stream
from graphgen.schema import NULL_NUMBER, words
from graphgen.settle import Chains, Claims, Proposed, settle_day
from graphgen.table import Array
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["NO_LIMIT", "Booked", "Ledger", "LedgerState"]

NO_LIMIT = 1 << 61
"""How far below zero an account without a limit may go: farther than all the money there is."""
_PENDING = np.dtype(
    [
        ("due", "i8"),
        ("original", "i8"),
        ("amount", "i8"),
        ("debtor", "i4"),
        ("creditor", "i4"),
        ("edge", "i4"),
        ("rail", "i1"),
        ("held", "i1"),
    ]
)

_CLAIM = np.dtype([("account", "i4"), ("amount", "i8"), ("original", "i8"), ("edge", "i4")])

_CASH = words.RAILS.index("cash")


@dataclass
class LedgerState:
    """All that the ledger knows between two days: it is what a checkpoint holds."""

    balance: Array
    """int64 (accounts,)."""
    hold: Array
    """int64 (accounts,): money that waits for the next hop of its chain, or for trades to be
    settled, and what a short position keeps."""
    resolved: Array
    """int64 (links,): what each hop of a chain will pay, -1 before its money has come."""
    pending: Array
    """Items in clearing, in the order in which they entered it."""
    claims: Array
    """What banks have lost by items that came back, and are still owed: account, amount, and the
    item's payment and edge; in the order in which it was lost."""
    loss: Array
    """int64 (cases, 2): what each case has cost, and what of that came back; minor units."""
    positions: Array
    """int64 (4, places): shares held, their cost, the profit of what was sold, and shares that are
    set aside; minor units."""
    unsettled: Array
    """Money of trades that is yet to move (`graphgen.market.book`)."""
    resting: Array
    """Orders that outlive their session."""

    def save(self, path: Path) -> None:
        """Write the state to a file."""
        with path.open("wb") as file:
            for part in fields(self):
                np.save(file, getattr(self, part.name), allow_pickle=False)

    @classmethod
    def load(cls, path: Path) -> LedgerState:
        """Read a state back."""
        with path.open("rb") as file:
            return cls(*(np.load(file, allow_pickle=False) for _ in fields(cls)))


@dataclass(frozen=True)
class Booked:
    """A day's rows, in order."""

    time: Array
    """int64, ms since 1970 UTC."""
    debtor: Array
    creditor: Array
    counterparty: Array
    """int64: account rows; -1 for no counterparty."""
    amount: Array
    debtor_balance: Array
    creditor_balance: Array
    """int64, minor units."""
    leg: Array
    status: Array
    rail: Array
    """int8: codes of `words`."""
    original: Array
    """int64: number (day << 32 | rank) of the payment that a later leg belongs to, -1 for none."""
    proposal: Array
    """int64: the proposal that the row came from, -1 for later legs."""
    edge: Array
    """int32: the row of `pays`; -2 less the row of `trades` where it is the money of a trade."""
    proposals: Payments
    """What was proposed: by the walks, and by trades that settle."""
    traded: Traded
    positions: Array
    pairs: Array
    """As the book has them when the day ends."""

    @classmethod
    def of(cls, rows: Array, **beside: Any) -> Booked:  # noqa: ANN401 - the fields below
        """Take what the compiled loop booked, and what stands beside it."""
        return cls(
            time=rows[journal.TIME],
            debtor=rows[journal.DEBTOR],
            creditor=rows[journal.CREDITOR],
            counterparty=rows[journal.COUNTERPARTY],
            amount=rows[journal.AMOUNT],
            debtor_balance=rows[journal.DEBTOR_BALANCE],
            creditor_balance=rows[journal.CREDITOR_BALANCE],
            leg=rows[journal.LEG].astype(np.int8),
            status=rows[journal.STATUS].astype(np.int8),
            rail=rows[journal.RAIL].astype(np.int8),
            original=rows[journal.ORIGINAL],
            proposal=rows[journal.PROPOSAL],
            edge=rows[journal.EDGE].astype(np.int32),
            **beside,
        )

    def __len__(self) -> int:
        return len(self.time)


class Ledger:
    """The books of a world: what does not change from day to day, and how a day is settled."""

    def __init__(self, graph: Graph) -> None:
        account, bank, world = graph["account"], graph["bank"], graph.world
        limit = account["credit_limit_minor"]
        self.opening = account["opening_balance_minor"]
        self.limit = np.where(limit == NULL_NUMBER, NO_LIMIT, limit)
        self.bank = account["bank_id"]
        self.internal = np.stack(
            [bank[f"{what}_account_id"] for what in ("clearing", "income", "loss")], axis=1
        ).astype(np.int64)
        self.links = Links.of(graph)
        self.losses = Losses(graph)
        self.book = Book(graph)
        self.world = world
        clearing = world.place.toml("habits")["clearing"]
        self.posting = np.array(
            [clearing["hour_utc"] * 3_600_000, clearing["minutes"] * 60_000], np.int64
        )
        self.salt = np.uint64(stream(world.seed, "clearing").integers(1 << 63))
        self.fee = int(clearing["returned_item_fee_minor"])
        cash = words.HABITS.index("cash_withdrawal")
        self.note = int(habits(world.place).round_minor[cash])
        # which accounts owe their bank something, between two days none: one array for all days
        self._owes = np.zeros(len(self.opening), bool)

    def start(self) -> LedgerState:
        """Open the books: opening balances, nothing in clearing, and held what cases will order."""
        return LedgerState(
            balance=self.opening.copy(),
            hold=self.book.set_aside.copy(),
            resolved=np.full(len(self.links.edge), -1, np.int64),
            pending=np.empty(0, _PENDING),
            claims=np.empty(0, _CLAIM),
            loss=self.losses.none(),
            positions=self.book.begins.copy(),
            unsettled=np.empty(0, UNSETTLED),
            resting=np.empty(0, RESTING),
        )

    def settle(
        self, state: LedgerState, day: int, proposals: Payments, orders: Orders | None = None
    ) -> Booked:
        """Settle a day: change the state, and give the rows."""
        orders = stacked(Orders, []) if orders is None else orders
        traded = self._trade(state, day, orders)
        is_moving = state.unsettled["day"] == day
        moving, state.unsettled = state.unsettled[is_moving], state.unsettled[~is_moving]
        if len(moving):
            proposals = stacked(Payments, [proposals, self.book.payments(moving, day)])
        # collateral is kept before it comes, and let go when what it was for has been paid
        kept = np.maximum(0, moving["kept"])
        np.add.at(state.hold, moving["account"], kept)
        midnight = self.world.start_ms + day * DAY_MS
        is_due = state.pending["due"] < midnight + DAY_MS
        if len(state.pending) and state.pending["due"].min() < midnight:
            raise ValueError(f"day {day} cannot be settled: an earlier day has not been")
        due, later = state.pending[is_due], state.pending[~is_due]
        first = midnight + DAY_MS * np.array(self._business_days(day), np.int64)
        order = by_time(np.concatenate([due["due"], proposals.time]), midnight)
        self._owes[state.claims["account"]] = True
        claims = np.concatenate([state.claims, np.zeros(2 * len(due), _CLAIM)])
        rows, added, claimed = settle_day(
            order,
            day,
            due,
            Proposed.of(proposals, self.links.number(proposals.edge, proposals.is_once)),
            self.links.chains,
            Books(state.balance, state.hold, self.limit, self.bank, self.internal),
            state.resolved,
            Terms(first, self.posting, self.salt, self.fee),
            self.note,
            np.empty(len(proposals), _PENDING),
            Claims(claims, len(state.claims), self._owes),
        )
        self._owes[claims["account"]] = False
        state.claims = claims[:claimed][claims["amount"][:claimed] > 0]
        np.add.at(state.hold, moving["account"], moving["kept"] - kept)
        state.pending = np.concatenate([later, added])
        booked = Booked.of(
            rows,
            proposals=proposals,
            traded=traded,
            positions=state.positions.copy(),
            pairs=self.book.pairs,
        )
        self.losses.count(state.loss, day, booked, orders)
        return booked

    def _trade(self, state: LedgerState, day: int, orders: Orders) -> Traded:
        """Fill the day's orders, off what is free when it begins; what they cost is held."""
        free = state.balance - state.hold if len(orders) or len(state.resting) else state.balance
        traded, moves, state.resting = self.book.clear(
            Positions(state.positions, free, state.hold),
            state.resting,
            state.unsettled,
            day,
            orders,
        )
        state.unsettled = np.concatenate([state.unsettled, moves])
        return traded

    def _business_days(self, day: int) -> tuple[int, int]:
        """Say in how many days the next business day is, and the one after it."""
        from datetime import timedelta

        tomorrow = self.world.date_of(day) + timedelta(days=1)
        business = np.flatnonzero(self.world.place.is_business_day(tomorrow, 21)) + 1
        return int(business[0]), int(business[1])


@dataclass(frozen=True)
class Links:
    """The chains among the errands: which passes on the receipt of which."""

    edge: Array
    """int32: the rows of `pays` that follow another or are followed, ascending."""
    chains: Chains
    """Which of these passes on the receipt of which."""

    @classmethod
    def of(cls, graph: Graph) -> Links:
        """Find the chains of a graph."""
        rows, before, share, unit, notes = [], [], [], [], []
        for block in graph.blocks:
            if "pays" in block.tables:
                pays, start = block.tables["pays"], block.starts["pays"]
                some, into = (np.flatnonzero(pays[column] >= 0) for column in ("follows", "into"))
                child = np.concatenate([some, pays["into"][into] - start])
                rows.append(child + start)
                before.append(np.concatenate([pays["follows"][some], into + start]))
                share.append(pays["share"][child])
                unit.append(np.maximum(1, pays["unit_minor"][child]))
                notes.append(pays["rail"][child] == _CASH)
        row = np.concatenate([np.empty(0, np.int64), *rows])
        parent = np.concatenate([np.empty(0, np.int64), *before])
        edge = np.unique(np.concatenate([row, parent])).astype(np.int32)
        number, above = np.searchsorted(edge, row), np.searchsorted(edge, parent)
        order = np.argsort(above, kind="stable")
        first = np.searchsorted(above[order], np.arange(len(edge) + 1))
        shares = np.concatenate([np.empty(0), *share])[order]
        units = np.concatenate([np.empty(0, np.int64), *unit])[order]
        in_notes = np.concatenate([np.empty(0, bool), *notes])[order]
        follower = number[order].astype(np.int32)
        chains = Chains(first.astype(np.int32), follower, shares, units, in_notes)
        return cls(edge, chains)

    def number(self, edge: Array, is_once: Array) -> Array:
        """Give the link of each edge, -1 for those of no chain: int32."""
        link = np.full(len(edge), -1, np.int32)
        if len(self.edge):
            some = np.flatnonzero(is_once)
            place = np.minimum(np.searchsorted(self.edge, edge[some]), len(self.edge) - 1)
            link[some] = np.where(self.edge[place] == edge[some], place, -1)
        return link
