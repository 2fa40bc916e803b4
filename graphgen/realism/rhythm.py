"""Rhythm: bursts, paydays, hours and weekdays, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graphgen.realism.metric import OURS, Metric

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["metrics"]

_MALAUZAI = "Malauzai"
"""Malauzai Software: 7 million sign-ins to banks' apps and sites in the United States."""
_KIM_JO = "arXiv 1604.01125; range our assumption"
"""Kim and Jo, "Measuring burstiness for finite event sequences": the formula."""
_BURSTS = """
SELECT avg((sqrt(n + 1) * r - sqrt(n - 1)) / ((sqrt(n + 1) - 2) * r + sqrt(n - 1)))
FROM (
    SELECT count(gap) AS n, stddev_pop(gap) / avg(gap) AS r
    FROM (
        SELECT key, epoch_ms(time)
            - lag(epoch_ms(time)) OVER (PARTITION BY key ORDER BY time) AS gap
        FROM ({events})
    )
    GROUP BY key HAVING n >= 10 AND avg(gap) > 0
)
"""
"""The mean burstiness: of n gaps with coefficient of variation r, where there are ten or more."""
_PURCHASES = """
SELECT debtor_account_id AS key, time FROM payment WHERE rail = 'card' AND channel = 'pos'
"""
_TRANSFERS = "SELECT hash(payer, payee) AS key, time FROM person_transfer"
_DAYS = """
SELECT max(payments) / avg(payments), max(payments) / median(payments) FROM (
    SELECT d.day, count(p.payment_id) AS payments
    FROM (SELECT DISTINCT payment_id // 100000000 AS day FROM payment) AS d
    LEFT JOIN payment AS p ON p.payment_id // 100000000 = d.day AND {which}
    GROUP BY d.day
)
"""
_HOUR = "extract('hour' FROM time + to_minutes(utc_offset))"
_WEEKDAY = "isodow(time + to_minutes(utc_offset))"
_HOURS = f"""
SELECT {_HOUR} AS hour, count(*) AS sessions FROM session GROUP BY hour ORDER BY sessions, hour
"""  # noqa: S608 - a constant
_WEEK = f"""
SELECT weekday, sum(sessions) / count(*) AS sessions FROM (
    SELECT {_WEEKDAY} AS weekday, CAST(time + to_minutes(utc_offset) AS DATE) AS day,
        count(*) AS sessions
    FROM session GROUP BY ALL
) GROUP BY weekday ORDER BY sessions, weekday
"""  # noqa: S608 - constants
_WEEKEND = """
SELECT avg(payments) FILTER (weekday >= 6) / avg(payments) FILTER (weekday < 6) FROM (
    SELECT d.day, isodow(d.day) AS weekday, count(p.payment_id) AS payments
    FROM (SELECT DISTINCT CAST(time AS DATE) AS day FROM payment) AS d
    LEFT JOIN payment AS p ON CAST(p.time AS DATE) = d.day AND p.leg = 'original'
        AND p.rail = 'batch' AND p.channel = 'file'
    GROUP BY d.day
)
"""
_REFUSED = """
SELECT avg((status = 'declined')::INT) FILTER (leg = 'original'),
    avg((status = 'declined')::INT) FILTER (leg = 'settlement' AND rail = 'cheque'),
    avg((status = 'declined')::INT) FILTER (leg = 'settlement' AND rail = 'batch')
FROM payment
"""


def metrics(dataset: Dataset) -> Iterator[Metric]:
    """Measure when things happen; of what the dataset has not, nothing is told."""
    tables = dataset.run["tables"]
    measured = [*(_payments(dataset) if "payment" in tables else ())]
    measured += _sessions(dataset) if "session" in tables else ()
    for name, value, low, high, source in measured:
        if value is not None:
            yield Metric(name, float(value), low, high, source)


_Row = tuple[str, float | None, float, float, str]


def _payments(dataset: Dataset) -> Iterator[_Row]:
    def ask(query: str) -> tuple[float | None, ...]:
        return dataset.connection.execute(query).fetchone() or ()

    (burst,) = ask(_BURSTS.format(events=_PURCHASES))
    yield "purchases: burstiness", burst, 0.1, 0.5, _KIM_JO
    (burst,) = ask(_BURSTS.format(events=_TRANSFERS))
    yield "transfers: burstiness of pairs", burst, 0.0, 0.5, _KIM_JO
    spike, _ = ask(_DAYS.format(which="p.purpose = 'SALA' AND p.leg = 'original'"))
    yield "salaries: largest day over mean day", spike, 2.0, 20.0, OURS
    _, spike = ask(_DAYS.format(which="p.leg = 'original'"))
    yield (
        "payments: largest day over median day",
        spike,
        1.2,
        6.0,
        f"paydays and month ends; {OURS}",
    )
    (dip,) = ask(_WEEKEND)
    yield "batch: weekend day over weekday", dip, 0.0, 0.35, OURS
    declined, cheques, batches = ask(_REFUSED)
    yield "payments: share declined", declined, 0.005, 0.06, OURS
    # kiting and its look-alike are planted twenty times as often as there are any
    yield "cheques: share bounced", cheques, 0.001, 0.04, OURS
    yield "batch: share bounced", batches, 0.001, 0.03, OURS


def _sessions(dataset: Dataset) -> Iterator[_Row]:
    hours = dataset.connection.execute(_HOURS).fetchall()
    if not hours:
        return
    yield "sessions: quietest local hour", hours[0][0], 2, 4, f"3 h: {_MALAUZAI}"
    yield "sessions: busiest local hour", hours[-1][0], 8, 20, f"9 and 16 h: {_MALAUZAI}"
    week = dataset.connection.execute(_WEEK).fetchall()
    if len(dataset.days) >= 14:  # noqa: PLR2004 - two of each weekday
        yield "sessions: busiest weekday (Monday is 1)", week[-1][0], 5, 5, f"Friday: {_MALAUZAI}"
        yield "sessions: quietest weekday", week[0][0], 7, 7, f"Sunday: {_MALAUZAI}"
