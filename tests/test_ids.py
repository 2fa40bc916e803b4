"""Public ids say nothing, do not move, and are read in both their forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphgen.ids import FIRST_ID, event_ids, parse_id, public_ids, scramble, spell_id
from graphgen.schema import SCHEMAS, Kind

KINDS = [name for name, schema in SCHEMAS.items() if schema.letter]


def test_ids_have_ten_digits_and_no_two_are_equal() -> None:
    ids = public_ids(7, "account", [("population", 200_000), ("kiting", 500), ("kiting~", 500)])
    assert len(np.unique(ids)) == 201_000
    assert ids.min() >= FIRST_ID
    assert ids.max() < 10**10


@settings(deadline=None)
@given(st.integers(0, 2**33 - 2), st.sampled_from(KINDS), st.integers(0, 2**63))
def test_neighbours_have_different_ids(position: int, kind: str, seed: int) -> None:
    first, second = scramble(seed, kind, np.array([position, position + 1]))
    assert first != second


def test_an_id_does_not_move_when_the_world_or_its_patterns_grow() -> None:
    small = public_ids(7, "user", [("population", 100), ("kiting", 10)])
    large = public_ids(7, "user", [("population", 5_000), ("shared_device", 30), ("kiting", 12)])
    assert (small[:100] == large[:100]).all()
    assert (small[100:] == large[5_030:5_040]).all()


def test_ids_of_another_kind_or_seed_are_others() -> None:
    ids = public_ids(7, "user", [("population", 1_000)])
    assert not np.isin(ids, public_ids(7, "account", [("population", 1_000)])).any()
    assert not np.isin(ids, public_ids(8, "user", [("population", 1_000)])).any()


def test_an_id_does_not_tell_its_block_or_its_row() -> None:
    """Ranks of ids correlate with neither; 0.05 is six standard errors of 15,000 rows."""
    ids = public_ids(7, "account", [("population", 10_000), ("kiting", 5_000)])
    rank = np.argsort(np.argsort(ids))
    block = np.repeat([0, 1], [10_000, 5_000])
    assert abs(np.corrcoef(rank, block)[0, 1]) < 0.05
    assert abs(np.corrcoef(rank[:10_000], np.arange(10_000))[0, 1]) < 0.05
    low_bits = np.corrcoef(ids % 1_024, np.arange(15_000) % 1_024)[0, 1]
    assert abs(low_bits) < 0.05


def test_ids_of_events_are_in_order_of_day_and_rank() -> None:
    ids = np.concatenate([event_ids(0, 0, 3), event_ids(0, 3, 2), event_ids(1, 0, 2)])
    assert (np.diff(ids) > 0).all()
    assert {len(str(number)) for number in ids} == {12}
    with pytest.raises(ValueError, match="day 0: 100000001 events of one kind; at most 100000000"):
        event_ids(0, 100_000_000, 1)


@given(st.sampled_from(KINDS), st.integers(1, 9), st.integers(0, 10**9 - 1))
def test_an_id_is_read_in_both_forms(kind: str, first: int, rest: int) -> None:
    is_event = SCHEMAS[kind].kind is Kind.EVENT
    number = int(f"{first}{rest:09d}" + ("00" if is_event else ""))
    spelled = spell_id(number, kind)
    assert spelled == SCHEMAS[kind].letter + str(number)
    for form in (spelled, spelled.lower(), f" {spelled} ", str(number), number):
        assert parse_id(form, kind) == number


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "A",
        "B1234567890",
        "A123456789",
        "A12345678901",
        "A0234567890",
        -1,
        "A" + "\uff11" * 10,
    ],
)
def test_what_is_no_id_is_one_line_that_says_what_an_id_is(wrong: str | int) -> None:
    with pytest.raises(ValueError, match="no id of kind account; one is A and 10 digits, or"):
        parse_id(wrong, "account")


def test_letters_tell_kinds_apart() -> None:
    assert len({SCHEMAS[kind].letter for kind in KINDS}) == len(KINDS)
