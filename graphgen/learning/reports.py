"""What had been reported of a dataset's payments, and when: what `known_` features may know."""

from __future__ import annotations

import numpy as np

from graphgen.dataset import Dataset
from graphgen.learning.frame import Frame
from graphgen.learning.labelling import Labelling
from graphgen.table import Array

__all__ = ["reports"]


def reports(dataset: Dataset, how: Labelling | None = None) -> tuple[Array, Array]:
    """Give the payments that were ever reported as crimes.

    Their ids (int64, ascending), and when each was reported (int64, milliseconds since 1970).
    """
    frame = Frame(dataset, how)
    found = frame.sql(
        "SELECT event_id, epoch_ms(reported_at) AS reported FROM edge_label "
        "WHERE event = 'payment' AND told AND reported_at IS NOT NULL ORDER BY event_id"
    ).fetchnumpy()
    frame.close()
    return np.asarray(found["event_id"], np.int64), np.asarray(found["reported"], np.int64)
