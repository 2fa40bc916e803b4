"""AMLworld's files: payments as text and as dense numbers, accounts, and patterns.

The conventions are those of the published files (https://www.kaggle.com/datasets/ealtman2019/
ibm-transactions-for-anti-money-laundering-aml) and of `format_kaggle_files.py` of IBM/Multi-GNN at
252b025: times in minutes, as seconds since ten seconds before the first day; accounts, currencies
and formats numbered in the order in which they appear, of a row the payer first, the received
currency first; rows in order of time; no quotes and no empty cells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.learning.csv_file import put_head, put_rows
from graphgen.learning.frame import EDGES, labelled
from graphgen.learning.parquet_file import spans
from graphgen.learning.places import Places
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.learning.frame import Frame

__all__ = ["CURRENCIES", "FORMATS", "AmlWorldFiles"]

FORMATS = {
    "cheque": "Cheque",
    "card": "Credit Card",
    "batch": "ACH",
    "cash": "Cash",
    "book": "Reinvestment",
    "instant": "Wire",
}
"""What each rail is called; of the seven formats Bitcoin is none of ours."""
CURRENCIES = {
    "AUD": "Australian Dollar",
    "BRL": "Brazil Real",
    "BTC": "Bitcoin",
    "CAD": "Canadian Dollar",
    "CHF": "Swiss Franc",
    "CNY": "Yuan",
    "EUR": "Euro",
    "GBP": "UK Pound",
    "ILS": "Shekel",
    "INR": "Rupee",
    "JPY": "Yen",
    "MXN": "Mexican Peso",
    "RUB": "Ruble",
    "SAR": "Saudi Riyal",
    "USD": "US Dollar",
}
"""What the fifteen currencies are called; of others, the code stands."""

_HEAD = (
    "Timestamp,From Bank,Account,To Bank,Account,Amount Received,Receiving Currency,Amount Paid,"
    "Payment Currency,Payment Format"
)
_FORMATTED = (
    "EdgeID,from_id,to_id,Timestamp,Amount Sent,Sent Currency,Amount Received,Received Currency,"
    "Payment Format"
)
_LABEL = ",Is Laundering"
_BEFORE = 10
"""Seconds from which times count before the first day."""
_TYPOLOGIES = {"random_walk": "RANDOM"}
"""What a pattern is called there, where that is not its own name."""


class AmlWorldFiles:
    """Writes a frame into a folder."""

    def __init__(self, frame: Frame, folder: Path, *, blind: bool) -> None:
        self._frame = frame
        self._folder = folder
        self._blind = blind
        self._places = Places(frame)
        self._account = _Numbers(self._places.count("account"))
        ids = pa.array(self._places.ids("account"))
        frame.connection.register("place", pa.table({"account_id": ids, "n": np.arange(len(ids))}))
        self._names = frame.sql(_NAMES).to_arrow_table().combine_chunks()
        self._start = np.datetime64(frame.dataset.run["start"], "m")
        self._currency: dict[str, int] = {}
        self._format: dict[str, int] = {}
        self.rows: dict[str, int] = {"transactions": 0}

    def write(self, tell: Callable[[int, int, int], None]) -> None:
        """Write all there is."""
        label = "" if self._blind else _LABEL
        steps = len(self._frame.dataset.days)
        with ExitStack() as opened:
            files = [
                opened.enter_context((self._folder / name).open("wb"))
                for name in (
                    "graphgen_Trans.csv", "formatted_transactions.csv", "graphgen_edges.csv",
                )
            ]  # fmt: skip
            heads = (_HEAD + label, _FORMATTED + label, "EdgeID,payment_id")
            for file, head in zip(files, heads, strict=True):
                put_head(file, head)
            for part in spans(self._frame, _payments()):
                for file, rows in zip(files, self._shown(part), strict=True):
                    put_rows(file, rows)
                self.rows["transactions"] += len(part)
                tell(min(steps, 1 + steps // 2), steps, self.rows["transactions"])
        self._accounts()
        if not self._blind:
            self._patterns()
        tell(steps, steps, sum(self.rows.values()))

    def _shown(self, part: pa.Table) -> tuple[list[pa.Array], list[pa.Array], list[pa.Array]]:
        """Give a span's rows as text, as numbers, and as ids."""
        first = self.rows["transactions"]
        edge = pa.array(np.arange(first, first + len(part)))
        ends = [self._places.of("account", part[name]) for name in ("payer", "payee")]
        if any(end.null_count for end in ends):
            raise ValueError("a payment leads to an account that is not there")
        numbers = self._account.of(np.stack([end.to_numpy() for end in ends], axis=1))
        currency, name = _coded(part["currency"], CURRENCIES, self._currency)
        kind, form = _coded(part["rail"], FORMATS, self._format)
        # spelled once, for it stands in four columns
        amount = part["amount"].cast(pa.string())
        told = [] if self._blind else [part["label"]]
        sides = [self._names[column].take(end) for end in ends for column in ("bank", "account")]
        minute = part["time"].to_numpy().astype("datetime64[m]")
        seconds = (minute - self._start).astype("timedelta64[s]").astype(np.int64) + _BEFORE
        text = [_spelled(minute), *sides, amount, name, amount, name, form, *told]
        coded = [
            edge, pa.array(numbers[:, 0]), pa.array(numbers[:, 1]), pa.array(seconds), amount,
            currency, amount, currency, kind, *told,
        ]  # fmt: skip
        return text, coded, [edge, part["id"]]

    def _accounts(self) -> None:
        """Write who holds which account, and which number each has.

        An entity is called as there: what it is, and a number; loaders take its kind from that.
        """
        rows = self._frame.sql(_ACCOUNTS).to_arrow_table().combine_chunks()
        place = self._places.of("account", rows["account_id"]).to_numpy()
        number = self._account.number[place]
        shown = rows.drop_columns(["account_id"])
        with (self._folder / "graphgen_accounts.csv").open("wb") as file:
            put_head(file, ",".join(shown.column_names))
            put_rows(file, shown.columns)
        ordered = np.argsort(number, kind="stable")[np.sort(number) >= 0]
        self.rows["accounts"] = len(rows)
        with (self._folder / "graphgen_nodes.csv").open("wb") as file:
            put_head(file, "id,Account Number")
            put_rows(file, [pa.array(number[ordered]), rows["Account Number"].take(ordered)])

    def _patterns(self) -> None:
        """Write each crime that has payments, as a block of lines like those of `Trans`."""
        blocks: dict[int, list[str]] = {}
        names: dict[int, str] = {}
        for case, pattern, *line in self._frame.sql(_crimes()).fetchall():
            names[case] = _TYPOLOGIES.get(pattern, pattern.upper().replace("_", "-"))
            blocks.setdefault(case, []).append(",".join(map(str, (*line, 1))))
        with (self._folder / "graphgen_Patterns.txt").open("w", encoding="utf-8") as file:
            for case, lines in blocks.items():
                name = names[case]
                file.write(f"BEGIN LAUNDERING ATTEMPT - {name}:  Case C{case}\n")
                file.writelines(f"{line}\n" for line in lines)
                file.write(f"END LAUNDERING ATTEMPT - {name}\n\n")
        self.rows["patterns"] = len(blocks)


class _Numbers:
    """Numbers in the order of appearance."""

    def __init__(self, size: int) -> None:
        self.number = np.full(size, -1, np.int64)
        self._next = 0

    def of(self, places: Array) -> Array:
        """Give the numbers of places, row by row."""
        flat = places.reshape(-1)
        new = flat[self.number[flat] < 0]
        values, first = np.unique(new, return_index=True)
        values = values[np.argsort(first)]
        self.number[values] = np.arange(self._next, self._next + len(values))
        self._next += len(values)
        return self.number[flat].reshape(places.shape)


def _coded(
    words: pa.ChunkedArray, names: Mapping[str, str], known: dict[str, int]
) -> tuple[pa.Array, pa.Array]:
    """Give words the numbers in which they appeared, and remember these; and what they are called.

    A word without a name is called as it is.
    """
    coded = words.combine_chunks().dictionary_encode()
    there: list[str] = coded.dictionary.to_pylist()
    for word in there:
        known.setdefault(word, len(known))
    numbers = pa.array([known[word] for word in there], pa.int64())
    called = pa.array([names.get(word, word) for word in there], pa.string())
    return numbers.take(coded.indices), called.take(coded.indices)


def _named(column: str, names: dict[str, str]) -> str:
    cases = " ".join(f"WHEN '{word}' THEN '{name}'" for word, name in names.items())
    return f"CASE {column} {cases} ELSE {column} END"


def _spelled(minutes: Array) -> pa.Array:
    """Give minutes, in order, as text: each is spelled once."""
    there, place = np.unique(minutes, return_inverse=True)
    # of whole minutes nothing is cut off with the seconds
    spelled = pc.strftime(pa.array(there.astype("datetime64[us]")), format="%Y/%m/%d %H:%M")
    return spelled.take(pa.array(place))


def _payments() -> str:
    """Give the query of booked payments in order of time."""
    event, rows = EDGES["transfer"]
    return f"""
SELECT id, time, payer, payee, amount, currency, rail, coalesce(told, false)::TINYINT AS label
FROM ({labelled(rows, event, splits=False)}) WHERE status = 'booked' ORDER BY id"""


def _crimes() -> str:
    """Give the query of the booked payments of crimes, case by case, as the raw file has them."""
    currency = _named("t.currency", CURRENCIES)
    return f"""
SELECT case_id, pattern, strftime(time, '%Y/%m/%d %H:%M'), p.bank_id, 'A' || payer, q.bank_id,
    'A' || payee, amount, {currency}, amount, {currency}, {_named("rail", FORMATS)}
FROM transfer AS t JOIN account AS p ON p.account_id = payer JOIN account AS q ON q.account_id =
    payee
WHERE status = 'booked' AND is_fraud ORDER BY case_id, id"""


_NAMES = """
SELECT bank_id::VARCHAR AS bank, 'A' || account_id AS account FROM account JOIN place
USING (account_id) ORDER BY n"""

_ACCOUNTS = """
WITH holder AS (
    SELECT account_id, user_id AS id, 'U' AS letter, 'Individual' AS kind
    FROM has_account WHERE role = 'owner'
    UNION ALL SELECT account_id, merchant_id, 'M', 'Corporation' FROM merchant
    UNION ALL SELECT account_id, employer_id, 'E', 'Corporation' FROM employer
    UNION ALL SELECT account_id, bank_id, 'B', 'Bank' FROM account WHERE type = 'internal'
), first AS (
    SELECT account_id, min_by(h, (letter, id)) AS h FROM holder AS h GROUP BY 1
)
SELECT b.name AS "Bank Name", a.bank_id AS "Bank ID", 'A' || a.account_id AS "Account Number",
    coalesce(h.letter || h.id, 'A' || a.account_id) AS "Entity ID",
    coalesce(h.kind, 'Unknown') || ' #' || coalesce(h.id, a.account_id) AS "Entity Name",
    a.account_id
FROM account AS a LEFT JOIN bank AS b USING (bank_id) LEFT JOIN first USING (account_id)
ORDER BY a.account_id"""
