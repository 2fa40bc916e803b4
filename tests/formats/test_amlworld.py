"""AMLworld's files are as IBM's own, column by column, and as Multi-GNN reads them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from graphgen.learning.amlworld_files import CURRENCIES, FORMATS
from graphgen.learning.frame import Frame

pd = pytest.importorskip("pandas")


@pytest.fixture(scope="module")
def folder(write: Any) -> Any:
    return write("amlworld")


@pytest.fixture(scope="module")
def formatted(folder: Any) -> Any:
    return pd.read_csv(folder / "formatted_transactions.csv")


@pytest.fixture(scope="module")
def raw(folder: Any) -> Any:
    return pd.read_csv(folder / "graphgen_Trans.csv", dtype=str)


def test_the_header_of_the_published_files_has_account_twice(folder: Any) -> None:
    with (folder / "graphgen_Trans.csv").open() as file:
        assert file.readline() == (
            "Timestamp,From Bank,Account,To Bank,Account,Amount Received,Receiving Currency,"
            "Amount Paid,Payment Currency,Payment Format,Is Laundering\n"
        )


def test_the_columns_and_types_are_those_that_multi_gnn_reads(formatted: Any) -> None:
    assert {name: str(kind) for name, kind in formatted.dtypes.items()} == {
        "EdgeID": "int64", "from_id": "int64", "to_id": "int64", "Timestamp": "int64",
        "Amount Sent": "float64", "Sent Currency": "int64", "Amount Received": "float64",
        "Received Currency": "int64", "Payment Format": "int64", "Is Laundering": "int64",
    }  # fmt: skip


def test_edges_are_numbered_by_the_row_of_the_raw_file(formatted: Any, raw: Any) -> None:
    assert (formatted["EdgeID"] == np.arange(len(raw))).all()
    assert (formatted["Amount Sent"] == raw["Amount Paid"].astype(float)).all()
    assert (formatted["Is Laundering"] == raw["Is Laundering"].astype(int)).all()


def test_accounts_are_dense_numbers_in_the_order_of_appearance(formatted: Any, raw: Any) -> None:
    ends = formatted[["from_id", "to_id"]].to_numpy().ravel()
    first = pd.unique(ends)
    assert (first == np.arange(len(first))).all()
    names = raw[["From Bank", "To Bank"]].to_numpy() + raw[["Account", "Account.1"]].to_numpy()
    assert (pd.factorize(names.ravel())[0] == ends).all()


def test_times_are_seconds_of_whole_minutes_since_before_the_first_day(
    formatted: Any, raw: Any
) -> None:
    moments = pd.to_datetime(raw["Timestamp"], format="%Y/%m/%d %H:%M")
    first = moments.iloc[0].normalize() - pd.Timedelta(seconds=10)
    assert (formatted["Timestamp"] == (moments - first).dt.total_seconds()).all()
    assert formatted["Timestamp"].is_monotonic_increasing


def test_words_are_numbered_in_the_order_of_appearance(formatted: Any, raw: Any) -> None:
    for name, column in (("Payment Format", "Payment Format"),
                         ("Received Currency", "Receiving Currency")):  # fmt: skip
        assert (pd.factorize(raw[column])[0] == formatted[name]).all()
    assert set(raw["Payment Format"]) <= set(FORMATS.values())
    assert set(raw["Payment Currency"]) <= set(CURRENCIES.values())
    assert formatted["Payment Format"].max() <= 7  # what Multi-GNN's RGCN has room for


def test_multi_gnn_s_split_by_days_finds_three_parts(formatted: Any) -> None:
    days = (formatted["Timestamp"] - formatted["Timestamp"].min()) // 86_400
    assert days.nunique() >= 3
    share = formatted.groupby(days).size().cumsum() / len(formatted)
    assert (share < 0.6).any()
    assert (share > 0.8).any()


def test_what_is_laundering_is_what_was_planted(formatted: Any, frame: Frame) -> None:
    [(crimes,)] = frame.sql(
        "SELECT count(*) FROM transfer WHERE is_fraud AND status = 'booked'"
    ).fetchall()
    assert formatted["Is Laundering"].sum() == crimes > 0


def test_patterns_are_blocks_of_lines_of_the_raw_file(folder: Any, raw: Any) -> None:
    text = (folder / "graphgen_Patterns.txt").read_text()
    blocks = re.findall(
        r"BEGIN LAUNDERING ATTEMPT - ([A-Z-]+):  .*\n((?:.*,1\n)+)END LAUNDERING ATTEMPT - \1\n\n",
        text,
    )
    assert {"CYCLE", "FAN-IN"} <= {name for name, _ in blocks}
    lines = {",".join(row) for row in raw.to_numpy()}
    listed = [line for _, some in blocks for line in some.splitlines()]
    assert set(listed) <= lines
    assert len(listed) == (raw["Is Laundering"] == "1").sum()


def test_the_list_of_accounts_is_as_the_published_one(folder: Any, raw: Any, frame: Frame) -> None:
    text = (folder / "graphgen_accounts.csv").read_text("ascii")
    assert text.startswith("Bank Name,Bank ID,Account Number,Entity ID,Entity Name\n")
    assert '"' not in text
    assert ",," not in text
    listed = pd.read_csv(folder / "graphgen_accounts.csv", dtype=str)
    banks = dict(zip(listed["Account Number"], listed["Bank ID"], strict=True))
    assert len(banks) == len(listed)
    for bank, account in (("From Bank", "Account"), ("To Bank", "Account.1")):
        assert (raw[account].map(banks) == raw[bank]).all()
    owned = frame.sql(
        "SELECT 'A' || account_id, 'U' || min(user_id) FROM has_account WHERE role = 'owner' "
        "GROUP BY 1"
    ).fetchall()
    entities = listed.set_index("Account Number")["Entity ID"]
    assert {account: entities[account] for account, _ in owned} == dict(owned)
    kinds = listed["Entity Name"].str.extract(r"^([A-Z][a-z]+) #\d+$")[0]
    assert set(kinds) == {"Individual", "Corporation", "Bank", "Unknown"}
    assert listed.groupby("Entity ID")["Entity Name"].nunique().max() == 1


def test_numbers_lead_back_to_accounts_and_payments(
    folder: Any, formatted: Any, raw: Any, frame: Frame
) -> None:
    nodes = pd.read_csv(folder / "graphgen_nodes.csv")
    assert (nodes["Account Number"].to_numpy()[formatted["from_id"]] == raw["Account"]).all()
    edges = pd.read_csv(folder / "graphgen_edges.csv")
    wanted = frame.sql("SELECT id FROM transfer WHERE status = 'booked' ORDER BY id").fetchall()
    assert edges["payment_id"].tolist() == [id_ for (id_,) in wanted]
