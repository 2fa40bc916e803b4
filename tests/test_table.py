"""A table is columns that fit each other and their schema."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from graphgen.schema import NULL_NUMBER
from graphgen.table import Table, assert_equal, text


def lives_at(**changed: object) -> Table:
    return Table.of("lives_at", **{"user_id": [0, 1], "address_id": 5, "since": 0, **changed})


def test_columns_broadcast_and_take_the_types_of_their_meanings() -> None:
    table = lives_at()
    assert table["address_id"].tolist() == [5, 5]
    assert table["address_id"].dtype == np.int32
    assert table["since"].dtype == np.int64


def test_a_grid_of_counts_and_members_becomes_rows_in_order() -> None:
    table = lives_at(user_id=[[0], [1]], address_id=[[7, 8, 9]])
    assert table["user_id"].tolist() == [0, 0, 0, 1, 1, 1]
    assert table["address_id"].tolist() == [7, 8, 9, 7, 8, 9]


def test_what_may_be_none_can_be_left_out() -> None:
    assert lives_at()["until"].tolist() == [NULL_NUMBER, NULL_NUMBER]


def test_an_unknown_column_is_named_with_those_that_there_are() -> None:
    with pytest.raises(
        ValueError, match=r"lives_at: no column 'house'; there is: user_id, address"
    ):
        lives_at(house=1)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="lives_at: column 'since' is missing"):
        Table.of("lives_at", user_id=0, address_id=0)


def test_a_category_is_given_as_its_word() -> None:
    table = Table.of("has_account", user_id=[0, 1], account_id=0, role="joint", since=0)
    assert table["role"].tolist() == [1, 1]


def test_text_is_words_and_their_codes_and_minus_one_is_none() -> None:
    assert text(["a", "b"], np.array([1, -1, 0])).to_pylist() == ["b", None, "a"]


def test_text_may_come_as_python_s_or_as_arrow_s() -> None:
    for words in (["x", "y"], pa.array(["x", "y"]), pa.chunked_array([["x"], ["y"]])):
        assert Table.of("email", address=words)["address"].to_pylist() == ["x", "y"]


def test_text_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="column 'number' has 1 rows; there are 2"):
        Table.of("phone", number=pa.array(["1"]), country=["US", "US"])


def test_tables_are_stacked_whatever_their_text_is_made_of() -> None:
    words = [text(["x"], np.array([0])), pa.array(["y"]), text(["z", "x"], np.array([1, 0]))]
    stacked = Table.concat([Table.of("email", address=some) for some in words])
    assert stacked["address"].to_pylist() == ["x", "y", "x", "z"]


def test_rows_are_taken_by_number_and_by_mask() -> None:
    table = lives_at(address_id=[3, 4])
    assert table.take(np.array([1, 0]))["address_id"].tolist() == [4, 3]
    assert table.take(np.array([False, True]))["address_id"].tolist() == [4]


def test_an_empty_table_has_all_columns_and_no_row() -> None:
    assert len(Table.empty("account")) == 0
    assert Table.empty("account")["type"].dtype == np.int8


def test_the_first_difference_of_two_tables_is_named() -> None:
    assert_equal(lives_at(), lives_at())
    with pytest.raises(AssertionError, match=r"lives_at\.address_id, row 1: .*6.* is not .*5"):
        assert_equal(lives_at(address_id=[5, 6]), lives_at())
    with pytest.raises(AssertionError, match="lives_at: 2 rows are not 1"):
        assert_equal(lives_at(), lives_at(user_id=0))
