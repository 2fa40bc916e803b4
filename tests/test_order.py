"""Numbers in order: which are among others, and each once."""

from __future__ import annotations

import numpy as np

from graphgen.order import among, distinct, members_of


def test_values_are_among_the_known_ones_or_not_whatever_their_shape() -> None:
    values = np.array([[3, 1], [7, 2]])
    assert among(values, np.array([2, 3])).tolist() == [[True, False], [False, True]]
    assert among(values, np.array([], np.int64)).tolist() == [[False, False], [False, False]]
    assert among(values[:0], np.array([2])).shape == (0, 2)


def test_each_value_is_given_once_and_in_order() -> None:
    assert distinct(np.array([5, 2, 5, 9, 2])).tolist() == [2, 5, 9]
    assert distinct(np.array([], np.int64)).tolist() == []


def test_members_are_numbered_within_their_groups() -> None:
    group, place = members_of(np.array([2, 0, 3]))
    assert group.tolist() == [0, 0, 2, 2, 2]
    assert place.tolist() == [0, 1, 0, 1, 2]
