"""The payments that baselines learn from and are tried on, with what was known of them and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graphgen.learning.frame import Frame
from graphgen.learning.labelling import Labelling
from graphgen.learning.splits import PARTS
from graphgen.schema import words
from graphgen.table import Array

if TYPE_CHECKING:
    import duckdb

    from graphgen.baseline.setting import Setting
    from graphgen.dataset import Dataset

__all__ = ["RAW", "Rows", "TooFewError", "read"]

RAW = ("amount", "cents", "hour", "weekday", "mcc", "rail", "channel", "purpose")
"""What a payment's row itself says as it is ordered; what became of it is not known then."""
_TRAIN, _VALIDATION, _TEST = range(len(PARTS))
_NEVER = np.iinfo(np.int64).max


class TooFewError(ValueError):
    """A dataset has not the crimes that something could be learnt from; the message says where."""


@dataclass(frozen=True)
class Rows:
    """Payments as they were ordered, in the order of their ids."""

    id: Array
    time: Array
    """int64, ms since 1970."""
    payer: Array
    payee: Array
    """Numbers of accounts, from 0 (int64)."""
    raw: Array
    """float32, by `RAW` and row; NaN where a row does not say."""
    part: Array
    """0, 1, 2: training, validation, test."""
    is_fraud: Array
    is_known: Array
    """Whether it was known as a crime when its part ended; of the test, never asked."""
    is_kept: Array
    """Whether the setting has the row at all."""
    pattern: Array
    """A row of `patterns`; -1 where it belongs to no case."""
    patterns: list[str]
    is_seen: Array
    """Whether one of its accounts was in a payment known as a crime when training ended."""

    def of(self, part: int) -> Array:
        """Give the rows of a part that the setting has."""
        return np.flatnonzero(self.is_kept & (self.part == part))


_ROWS = """
SELECT id, epoch_ms(time) AS time, payer, payee, is_fraud, is_lookalike,
    coalesce(pattern, '') AS pattern, split_time(time) AS part, split_random(id) AS random_part,
    CASE WHEN told THEN coalesce(epoch_ms(reported_at), {never}) ELSE {never} END AS reported,
    ln(1 + amount_minor)::FLOAT AS amount, (amount_minor % 100)::FLOAT AS cents,
    hour(here)::FLOAT AS hour, isodow(here)::FLOAT AS weekday,
    coalesce(mcc::INTEGER, 0)::FLOAT AS mcc,
    coalesce(list_position({rails}, rail), 0)::FLOAT AS rail,
    coalesce(list_position({channels}, channel), 0)::FLOAT AS channel,
    coalesce(list_position({purposes}, purpose), 0)::FLOAT AS purpose
FROM (
    SELECT *, time + to_minutes(coalesce(utc_offset, 0)::INTEGER) AS here FROM transfer
) ORDER BY id
"""


def read(dataset: Dataset, setting: Setting) -> tuple[Rows, duckdb.DuckDBPyConnection]:
    """Read a dataset's payments as a setting has them; gives the connection to ask on too.

    `TooFewError` where training has nothing known, or the test has no crime.
    """
    frame = Frame(dataset, Labelling(delay=setting.delay))
    lists = {"rails": words.RAILS, "channels": words.CHANNELS, "purposes": words.PURPOSES}
    query = _ROWS.format(never=_NEVER, **{name: list(each) for name, each in lists.items()})
    found = {
        name: np.ma.filled(column, 0) for name, column in frame.sql(query).fetchnumpy().items()
    }
    count = len(found["id"])
    accounts, ends = np.unique(
        np.concatenate([found["payer"], found["payee"]]), return_inverse=True
    )
    part = found["random_part" if setting.at_random else "part"].astype(np.int8)
    patterns, pattern = np.unique(found["pattern"].astype(str), return_inverse=True)
    named = [name for name in patterns.tolist() if name]
    is_kept = np.ones(count, bool) if setting.lookalikes else ~found["is_lookalike"].astype(bool)
    ended = _ends(found["time"], part, at_random=setting.at_random)
    is_known = found["reported"] <= ended[part]
    payer, payee = ends[:count], ends[count:]
    bad = np.zeros(len(accounts), bool)
    learnt = is_known & (part == _TRAIN)
    bad[payer[learnt]] = bad[payee[learnt]] = True
    rows = Rows(
        found["id"].astype(np.int64),
        found["time"].astype(np.int64),
        payer,
        payee,
        np.stack([found[name].astype(np.float32) for name in RAW]),
        part,
        found["is_fraud"].astype(bool),
        is_known,
        is_kept,
        pattern - (len(patterns) - len(named)),
        named,
        bad[payer] | bad[payee],
    )
    _check(rows)
    return rows, frame.connection


def _ends(time: Array, part: Array, *, at_random: bool) -> Array:
    """Say when each part ends, ms; of a random split, when the world does."""
    if at_random:
        return np.full(len(PARTS), _NEVER - 1)
    last = np.zeros(len(PARTS), np.int64)
    np.maximum.at(last, part, time)
    return last


def _check(rows: Rows) -> None:
    train, test = rows.of(_TRAIN), rows.of(_TEST)
    if not rows.is_known[train].any():
        raise TooFewError("no crime was known when training ended: more people, days or cases help")
    if not rows.is_fraud[test].any():
        raise TooFewError("no crime lies in the test: more people, days or cases help")
