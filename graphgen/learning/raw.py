"""Raw numbers of accounts and payments, for formats that hold nothing but matrices.

What an account did is counted in the training days alone (`split_time`), so that nothing of later
stands in it; what a payment is comes from its own row. Neither hangs on a label.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from graphgen.learning.parquet_file import spans
from graphgen.learning.places import Places
from graphgen.schema import words
from graphgen.table import Array

if TYPE_CHECKING:
    import pyarrow as pa

    from graphgen.learning.frame import Frame

__all__ = ["ACCOUNT", "NOTHING", "PAYMENT", "accounts", "lay", "matrix", "payments", "payments_in"]

NOTHING = -1
"""What stands where nothing is told."""

_IN = "SELECT payee AS account_id, {} FROM transfer WHERE {} GROUP BY 1"
_OUT = "SELECT payer AS account_id, {} FROM transfer WHERE {} GROUP BY 1"
_BOOKED = "status = 'booked'"
_SEEN = f"split_time(time) = 0 AND {_BOOKED}"


def _log(expression: str) -> str:
    return f"ln(1 + greatest(coalesce({expression}, 0), 0))"


ACCOUNT = {
    **{f"is_{word}": f"coalesce(a.type = '{word}', false)" for word in words.ACCOUNT_TYPES},
    "log_opening_balance": _log("a.opening_balance"),
    "log_credit_limit": _log("a.credit_limit"),
    "years_open": "coalesce(greatest(epoch(world_start()) - epoch(a.opened), 0) / 31557600, 0)",
    "holders": "coalesce(holders, 0)",
    "log_receipts": _log("receipts"),
    "log_payments": _log("paid"),
    "log_received": _log("received"),
    "log_sent": _log("sent"),
    "log_payers": _log("payers"),
    "log_payees": _log("payees"),
}
"""The numbers of an account, and how they come about: 17, as DGraph-Fin has. Sums in major units;
what flowed, in the training days."""

PAYMENT = {
    "log_amount": _log("amount"),
    "hour_sin": "sin(2 * pi() * (epoch(time) % 86400) / 86400)",
    "hour_cos": "cos(2 * pi() * (epoch(time) % 86400) / 86400)",
    "weekday_sin": "sin(2 * pi() * isodow(time) / 7)",
    "weekday_cos": "cos(2 * pi() * isodow(time) / 7)",
    **{f"is_{word}": f"rail = '{word}'" for word in words.RAILS},
    "is_online": "coalesce(channel = 'online', false)",
}
"""The numbers of a payment; hours are UTC."""


def matrix(rows: pa.Table, names: dict[str, str]) -> Array:
    """Give the columns of these names as a matrix, float32."""
    found = np.empty((len(rows), len(names)), np.float32)
    for number, name in enumerate(names):
        found[:, number] = rows[name].to_numpy()
    return found


def accounts(frame: Frame, places: Places) -> pa.Table:
    """Give the accounts in the order of their places.

    Columns: `id`, the numbers of `ACCOUNT`, `part` (0, 1 or 2: training, validation, test; null of
    who is no person), `told` (null where nothing is), `is_lookalike`, `reported_at`, `since`.
    """
    numbers = ", ".join(f'({sql})::FLOAT AS "{name}"' for name, sql in ACCOUNT.items())
    flows = "count(*)::DOUBLE AS {}, sum(amount)::DOUBLE AS {}, count(DISTINCT {}) AS {}"
    received = _IN.format(flows.format("receipts", "received", "payer", "payers"), _SEEN)
    sent = _OUT.format(flows.format("paid", "sent", "payee", "payees"), _SEEN)
    rows = frame.sql(
        f"""
SELECT a.account_id AS id, {numbers}, p.part,
    CASE WHEN l.entity_id IS NULL THEN false ELSE l.told END AS told,
    coalesce(l.is_lookalike, false) AS is_lookalike, l.reported_at,
    greatest(a.opened, world_start()) AS since
FROM account AS a LEFT JOIN account_part AS p USING (account_id)
LEFT JOIN node_label AS l ON l.entity = 'account' AND l.entity_id = a.account_id
LEFT JOIN (SELECT account_id, count(DISTINCT user_id) AS holders FROM has_account GROUP BY 1)
    USING (account_id)
LEFT JOIN ({received}) USING (account_id) LEFT JOIN ({sent}) USING (account_id)"""
    ).to_arrow_table()
    return rows.take(np.argsort(places.of("account", rows["id"]).to_numpy()))


def payments_in(frame: Frame, where: str = _BOOKED) -> int:
    """Say how many rows `payments` has."""
    ((count,),) = frame.sql(f"SELECT count(*) FROM transfer WHERE {where}").fetchall()
    return int(count)


def lay(parts: Iterable[Mapping[str, Array]], into: Mapping[str, Array]) -> None:
    """Lay parts one behind the other into arrays of the length of all of them together."""
    first = 0
    for part in parts:
        end = first
        for name, whole in into.items():
            end = first + len(part[name])
            whole[first:end] = part[name]
        first = end


def payments(frame: Frame, places: Places, where: str = _BOOKED) -> Iterator[pa.Table]:
    """Yield payments as they were ordered, in order of time, span by span.

    Columns: `id`, `time` (seconds since 1970), `src` and `dst` (accounts' places), the numbers of
    `PAYMENT`, `rail`, `status`, `told` (1, 0, or `NOTHING`), `reported_at` (seconds; `NOTHING`:
    never), and the parts of the splits by time and by account (0, 1, 2).
    """
    numbers = ", ".join(f'({sql})::FLOAT AS "{name}"' for name, sql in PAYMENT.items())
    query = (
        f"SELECT id, epoch(time)::BIGINT AS time, payer, payee, {numbers}, rail, status, "
        f"coalesce(told::TINYINT, {NOTHING}) AS told, "
        f"coalesce(epoch(reported_at)::BIGINT, {NOTHING}) AS reported_at, "
        f"{_part('split_time')}, {_part('split_inductive')} "
        f"FROM transfer WHERE {where} ORDER BY id"
    )
    for part in spans(frame, query):
        ends = {name: places.of("account", part[end]) for name, end in _ENDS.items()}
        shown = part.drop_columns(list(_ENDS.values()))
        for name, end in ends.items():
            shown = shown.append_column(name, end)
        yield shown


_ENDS = {"src": "payer", "dst": "payee"}


def _part(split: str) -> str:
    return (
        f"CASE {split} WHEN 'train' THEN 0 WHEN 'validation' THEN 1 ELSE 2 END::TINYINT AS {split}"
    )
