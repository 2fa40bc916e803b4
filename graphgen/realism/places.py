"""Places: how far from home people pay by card at tills, and whether they could have got there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graphgen.realism.metric import OURS, Metric

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["metrics"]

_KM = """12742 * asin(sqrt(least(1, sin(radians({a}.latitude - {b}.latitude) / 2) ^ 2
    + cos(radians({a}.latitude)) * cos(radians({b}.latitude))
    * sin(radians({a}.longitude - {b}.longitude) / 2) ^ 2)))"""
_TILLS = """
    SELECT p.payment_id, p.time, k.user_id, m.latitude, m.longitude FROM payment AS p
    JOIN card AS k USING (card_id) JOIN merchant AS m USING (merchant_id)
    WHERE p.channel = 'pos' AND p.leg = 'original' AND p.status = 'booked'
"""
_HOME = """
SELECT avg(({km} <= 100)::INT) FROM ({tills}) AS p
JOIN lives_at AS l ON l.user_id = p.user_id AND l.since <= p.time
    AND (l.until IS NULL OR p.time < l.until)
JOIN address AS a USING (address_id)
"""
_TWO_IN_A_ROW = """
SELECT avg((km > 50 AND km > 1000 * hours)::INT) FROM (
    SELECT {km} AS km, epoch(other.time - one.time) / 3600 AS hours FROM (
        SELECT t AS one, lead(t) OVER (PARTITION BY t.user_id ORDER BY t.time, t.payment_id)
            AS other FROM ({tills}) AS t
    ) WHERE other IS NOT NULL
)
"""


def metrics(dataset: Dataset) -> Iterator[Metric]:
    """Measure where cards are used at tills."""
    query = _HOME.format(km=_KM.format(a="p", b="a"), tills=_TILLS)
    (near,) = dataset.connection.execute(query).fetchone() or (None,)
    if near is not None:
        yield Metric("tills: share within 100 km of home", near, 0.93, 0.999, OURS)
    query = _TWO_IN_A_ROW.format(km=_KM.format(a="one", b="other"), tills=_TILLS)
    (fast,) = dataset.connection.execute(query).fetchone() or (None,)
    if fast is not None:
        name = "tills: share faster than 1000 km/h from the last"
        yield Metric(name, fast, 0.0, 0.01, f"aeroplanes are slower; {OURS}")
