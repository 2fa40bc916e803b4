"""RelBench opens what was written for it, and sees no later than it asks for."""

from __future__ import annotations

from typing import Any

import pytest

from graphgen.learning.frame import Frame

relbench = pytest.importorskip("relbench", reason="relbench is not installed")
pd = pytest.importorskip("pandas")

HIDDEN = {"is_fraud", "is_victim", "is_lookalike", "case_id", "pattern", "stage"}


@pytest.fixture(scope="module")
def opened(write: Any) -> Any:
    return relbench.load_dataset(str(write("relbench")))


@pytest.fixture(scope="module")
def whole(opened: Any) -> Any:
    return opened.get_db(upto_test_timestamp=False)


def test_relbench_finds_tables_keys_and_tasks(opened: Any, whole: Any) -> None:
    assert {"account", "payment", "trade", "has_account", "fraud_report"} <= set(whole.table_dict)
    assert opened.get_task_names() == ["account-paid-by-crime", "account-report", "payment-fraud"]
    for name, table in whole.table_dict.items():
        for column, other in table.fkey_col_to_pkey_table.items():
            known = table.df[column].dropna()
            assert known.between(0, len(whole.table_dict[other].df) - 1).all(), (name, column)


@pytest.mark.parametrize("days", [0.5, 3, 20, 39])
def test_up_to_a_moment_nothing_of_the_future_is_shown(whole: Any, days: float) -> None:
    moment = pd.Timestamp("2026-01-01") + pd.Timedelta(days=days)
    for name, table in whole.upto(moment).table_dict.items():
        frame = table.df
        if table.pkey_col:  # keys are still 0 to n - 1
            assert (frame[table.pkey_col].to_numpy() == range(len(frame))).all(), name
        for column in frame.columns:
            known_ahead = column in ("expires", "matures", "settles")
            if pd.api.types.is_datetime64_any_dtype(frame[column]) and not known_ahead:
                assert not (frame[column] > moment).any(), (name, column)


def test_what_is_known_only_later_stands_in_tables_of_its_own(whole: Any) -> None:
    assert not {"status", "filled", "ended"} & set(whole.table_dict["order"].df.columns)
    assert {"status", "filled", "time"} <= set(whole.table_dict["order_end"].df.columns)
    assert "last_seen" not in whole.table_dict["uses_device"].df.columns


def test_no_task_goes_back_behind_the_first_day(opened: Any) -> None:
    for name in opened.get_task_names():
        table = opened.load_task(name).get_table("train")
        assert table.df[table.time_col].min() >= pd.Timestamp("2026-01-01")


def test_every_task_hides_what_tells_of_the_truth(opened: Any) -> None:
    for name in opened.get_task_names():
        for table, shown in opened.load_task(name).get_db().table_dict.items():
            assert not HIDDEN & set(shown.df.columns), (name, table)


def test_the_parts_of_a_task_follow_the_split_by_time(opened: Any, frame: Frame) -> None:
    task = opened.load_task("payment-fraud")
    parts = dict(frame.sql("SELECT split_time, count(*) FROM transfer GROUP BY 1").fetchall())
    for part, name in (("train", "train"), ("val", "validation"), ("test", "test")):
        assert len(task.get_table(part, mask_input_cols=False).df) == parts[name]


def test_training_knows_only_what_was_reported_by_its_end(opened: Any, frame: Frame) -> None:
    task = opened.load_task("payment-fraud")
    val = opened.val_timestamp.isoformat()
    [(known,)] = frame.sql(
        f"SELECT count(*) FROM transfer WHERE split_time = 'train' AND told AND "
        f"reported_at <= TIMESTAMPTZ '{val}Z'"
    ).fetchall()
    [(true,)] = frame.sql(
        "SELECT count(*) FROM transfer WHERE split_time = 'test' AND is_fraud"
    ).fetchall()
    assert task.get_table("train", mask_input_cols=False).df["is_fraud"].sum() == known
    assert task.get_table("test", mask_input_cols=False).df["is_fraud"].sum() == true


def test_relbench_makes_the_same_rows_again_from_the_task_s_sql(opened: Any) -> None:
    here, again = (opened.load_task("account-report", regenerate=each) for each in (False, True))
    for part in ("train", "val", "test"):
        one, other = (each.get_table(part, mask_input_cols=False).df for each in (here, again))
        one["timestamp"] = one["timestamp"].astype(other["timestamp"].dtype)
        pd.testing.assert_frame_equal(one, other, check_dtype=False)


def test_keys_lead_back_to_graphgen_s_ids(whole: Any, frame: Frame) -> None:
    tables = whole.table_dict
    payments = tables["payment"].df.merge(
        tables["account"].df[["account_id", "public_id"]],
        left_on="creditor_account_id",
        right_on="account_id",
        suffixes=("", "_account"),
    )
    back = dict(zip(payments["public_id"], payments["public_id_account"], strict=True))
    wanted = frame.sql("SELECT payment_id, creditor_account_id FROM payment").fetchall()
    assert back == dict(wanted)
