"""A written dataset as features need it: accounts as rows, and days of payments and visits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.dataset import DatasetError
from graphgen.features.feature import DAY
from graphgen.features.lookup import Rows
from graphgen.schema import SCHEMAS, words
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["Day", "Facts", "Visits", "day_of", "days", "read"]

_TRANSFERS = ("instant", "batch", "cheque", "book")
"""Rails that lead from anybody's account to anybody's."""


@dataclass(frozen=True)
class Homes:
    """Who lives where, in order of people."""

    user: Array
    """Rows: int32."""
    since: Array
    until: Array
    """int64, ms."""
    at: Array
    """Degrees north and east: float64 (homes, 2)."""


@dataclass(frozen=True)
class Facts:
    """What does not change from day to day: nodes, and edges of before the first day."""

    begin: int
    """When the first day begins: ms."""
    account: Rows
    user: Rows
    device: Rows
    ip: Rows
    opened: Array
    """When each account was opened: int64, ms."""
    opening_balance: Array
    """int64, minor units."""
    card: Rows
    card_user: Array
    """Whose card it is: rows of `user`, int32."""
    merchant: Rows
    merchant_at: Array
    """Where shops are: degrees north and east, float64 (merchants, 2)."""
    homes: Homes
    seen_before: dict[str, tuple[Array, Array, Array]]
    """By "device" and "ip": people (rows), the things that they used before the first day (rows),
    and from when (ms)."""


@dataclass(frozen=True)
class Visits:
    """A day's sessions, in order of their ids."""

    id: Array
    time: Array
    user: Array
    device: Array
    ip: Array
    """Rows of each: int32, -1 for none."""


@dataclass(frozen=True)
class Day:
    """A day's rows of `payment`, in order of their ids, which is the order of time."""

    date: date
    begin: int
    """ms."""
    id: Array
    time: Array
    """int64, ms."""
    payer: Array
    payee: Array
    """The accounts at its ends, behind the clearing: int32 rows."""
    amount: Array
    """int64, minor units."""
    is_order: Array
    """Whether it is the order itself and not a later leg of one: bool."""
    is_move: Array
    """Whether that moved money: bool."""
    is_transfer: Array
    """Whether it goes over a rail that leads from any account to any other: bool."""
    is_cash: Array
    is_at_till: Array
    """Whether a card was shown at a till: bool."""
    debtor: Array
    creditor: Array
    """The accounts that its balances are of: int32 rows."""
    debtor_balance: Array
    creditor_balance: Array
    """After it: int64, minor units."""
    session: Array
    """Ids: int64, -1 for none."""
    user: Array
    """Whose card was used: int32, -1 for none."""
    device: Array
    ip: Array
    merchant: Array
    visits: Visits

    def __len__(self) -> int:
        return len(self.id)

    def part(self, rows: slice) -> Day:
        """Give some of its rows, without a copy."""
        columns: dict[str, Any] = {
            name: each[rows] for name, each in vars(self).items() if isinstance(each, np.ndarray)
        }
        return replace(self, **columns)


def read(dataset: Dataset) -> Facts:
    """Read what does not change."""
    begin = int(np.datetime64(dataset.run["start"], "ms").astype(np.int64))
    rows = {
        name: Rows(_numbers(dataset[name][f"{name}_id"]))
        for name in ("account", "user", "device", "ip")
    }
    account, card, merchant = (dataset[name] for name in ("account", "card", "merchant"))
    before = {}
    for name in ("device", "ip"):
        edges = dataset[f"uses_{name}"]
        since = _numbers(edges["first_seen"])
        some = since < begin
        user = rows["user"].of(_numbers(edges["user_id"])[some])
        before[name] = (user, rows[name].of(_numbers(edges[f"{name}_id"])[some]), since[some])
    return Facts(
        begin,
        **rows,
        opened=_numbers(account["opened"]),
        opening_balance=_numbers(account["opening_balance_minor"]),
        card=Rows(_numbers(card["card_id"])),
        card_user=rows["user"].of(_numbers(card["user_id"])),
        merchant=Rows(_numbers(merchant["merchant_id"])),
        merchant_at=_places(merchant),
        homes=_homes(dataset, rows["user"]),
        seen_before=before,
    )


def _homes(dataset: Dataset, users: Rows) -> Homes:
    address, lives = dataset["address"], dataset["lives_at"]
    user = users.of(_numbers(lives["user_id"]))
    order = np.argsort(user, kind="stable")
    place = Rows(_numbers(address["address_id"])).of(_numbers(lives["address_id"])[order])
    until = pc.fill_null(lives["until"].cast(pa.int64()), np.iinfo(np.int64).max).to_numpy()
    return Homes(
        user[order], _numbers(lives["since"])[order], until[order], _places(address)[place]
    )


def _places(table: pa.Table) -> Array:
    return np.stack([table[name].to_numpy() for name in ("latitude", "longitude")], axis=1)


def days(dataset: Dataset, facts: Facts) -> Iterator[Day]:
    """Read day after day; memory holds one."""
    payments, sessions = (_by_day(dataset, name) for name in ("payment", "session"))
    for day in dataset.days:
        yield day_of(  # its tables are let go of before it is looked at
            facts,
            day,
            _table(dataset, "payment", payments.get(day)),
            _table(dataset, "session", sessions.get(day)),
        )


def _by_day(dataset: Dataset, name: str) -> dict[date, Path]:
    paths = dataset.files(name)
    return {date.fromisoformat(path.parent.name.partition("=")[2]): path for path in paths}


def _table(dataset: Dataset, name: str, path: Path | None) -> pa.Table:
    from graphgen.arrow import arrow_schema

    if path is None:
        return arrow_schema(SCHEMAS[name]).empty_table()
    try:
        return dataset.exporter.read_file(path, dataset.schema(name))
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from error


def day_of(facts: Facts, day: date, payment: pa.Table, session: pa.Table) -> Day:
    """Make a day of its tables.

    `DatasetError` for rows that are out of order, and for an account that is not there.
    """
    begin = int(np.datetime64(day, "ms").astype(np.int64))
    ids, time = _numbers(payment["payment_id"]), _numbers(payment["time"])
    ordered = (ids[1:] > ids[:-1]).all() and (time[1:] >= time[:-1]).all()
    if not ordered or not ((time >= begin) & (time < begin + DAY)).all():
        raise DatasetError(f"payment of {day}: rows are not in order of time, or not of that day")
    debtor, creditor, behind = (
        _accounts(facts, payment, f"{end}_account_id", day)
        for end in ("debtor", "creditor", "counterparty")
    )
    leg, rail = _codes(payment, "leg"), _codes(payment, "rail")
    is_order = leg == words.code(words.LEGS, "original")
    before = is_order | (leg == words.code(words.LEGS, "fee"))
    there = behind >= 0
    at_till = _codes(payment, "channel") == words.code(words.CHANNELS, "pos")
    return Day(
        day,
        begin,
        ids,
        time,
        payer=np.where(there & before, behind, debtor),
        payee=np.where(there & ~before, behind, creditor),
        amount=_numbers(payment["amount_minor"]),
        is_order=is_order,
        is_move=is_order & (_codes(payment, "status") == words.code(words.STATUSES, "booked")),
        is_transfer=np.isin(rail, [words.code(words.RAILS, name) for name in _TRANSFERS]),
        is_cash=rail == words.code(words.RAILS, "cash"),
        is_at_till=is_order & at_till,
        debtor=debtor,
        creditor=creditor,
        debtor_balance=_numbers(payment["debtor_balance_minor"]),
        creditor_balance=_numbers(payment["creditor_balance_minor"]),
        session=_numbers(payment["session_id"]),
        user=np.append(facts.card_user, np.int32(-1))[facts.card.of(_numbers(payment["card_id"]))],
        device=facts.device.of(_numbers(payment["device_id"])),
        ip=facts.ip.of(_numbers(payment["ip_id"])),
        merchant=facts.merchant.of(_numbers(payment["merchant_id"])),
        visits=Visits(
            _numbers(session["session_id"]),
            _numbers(session["time"]),
            *(
                rows.of(_numbers(session[f"{name}_id"]))
                for name, rows in (
                    ("user", facts.user),
                    ("device", facts.device),
                    ("ip", facts.ip),
                )
            ),
        ),
    )


def _accounts(facts: Facts, payment: pa.Table, name: str, day: date) -> Array:
    ids = _numbers(payment[name])
    found = facts.account.of(ids)
    strange = np.flatnonzero((found < 0) & (ids >= 0))
    if len(strange):
        raise DatasetError(f"payment of {day}: {name} {ids[strange[0]]} is no account of nodes")
    return found


def _numbers(column: pa.ChunkedArray) -> Array:
    """Give ids, times and sums as int64, -1 where there is none."""
    values = column.combine_chunks().cast(pa.int64())
    if values.null_count:
        values = pc.fill_null(values, -1)
    return np.asarray(values.to_numpy(zero_copy_only=False))


def _codes(table: pa.Table, name: str) -> Array:
    """Give words as the codes of their column's vocabulary, -1 where there is none."""
    codes = table[name].combine_chunks().indices
    return np.asarray(pc.fill_null(codes, -1).to_numpy(zero_copy_only=False))
