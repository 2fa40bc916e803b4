"""Coverage: what was planted, each pattern's crimes beside its look-alikes, and day by day."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from graphgen.report.reading import Events, Facts, local
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["MOST_SPAN", "QUANTILES", "Prevalence", "Role", "Side", "prevalence", "sides"]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_ORIGINAL = words.LEGS.index("original")
MOST_SPAN = 3.0
"""How much larger a span's part of crimes may be than the median one's: no end where only crimes
are left (arXiv 2306.16424's data has one); our assumption."""
_ENOUGH = 10
_SPANS = (1, 7, 28)


@dataclass(frozen=True)
class Role:
    """Who plays a part: how many there are in a case."""

    entity: str
    role: str
    least: int
    median: float
    most: int


@dataclass(frozen=True)
class Side:
    """A pattern's crimes, or its look-alikes, or ("" as its pattern) all that is in no case."""

    pattern: str
    is_fraud: bool
    cases: int
    events: dict[str, int]
    """Rows by table."""
    roles: list[Role]
    days: list[float]
    """How long cases last, by quantile (`QUANTILES`)."""
    amounts: list[float]
    """Orders' amounts, in minor units, by quantile."""
    hours: list[float]
    """The part of the events that lies in each local hour."""
    loss_minor: int
    recovered_minor: int


@dataclass(frozen=True)
class Prevalence:
    """How many of a span's payments are crimes', span by span."""

    days: int
    """How long a span is: the shortest of 1, 7 and 28 in half of which 10 crimes' rows lie."""
    payments: list[int]
    crimes: list[int]
    """By day."""
    most: float | None
    """The largest part of a span over the median one, which should be 3 at most; none where in
    half of the spans there is no crime."""
    ok: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ok", self.most is None or self.most <= MOST_SPAN)


def sides(facts: Facts) -> list[Side]:
    """Tell of all that is in no case, then of each pattern's crimes and look-alikes."""
    none = np.zeros(len(facts.cases), bool)
    found = [_side(facts, "", none, is_fraud=False)]
    for pattern in facts.cases.patterns:
        for is_fraud in (True, False):
            ours = facts.cases.of(pattern, is_fraud=is_fraud)
            if ours.any():
                found.append(_side(facts, pattern, ours, is_fraud=is_fraud))
    return found


def prevalence(facts: Facts) -> Prevalence | None:
    """Count crimes' payments by day; none where there are none."""
    payment = facts.events.get("payment")
    if payment is None or not payment.is_crime.any():
        return None
    count = len(facts.dataset.days)
    day = np.minimum((payment["time"] - facts.begin) // 86_400_000, count - 1)
    everything = np.bincount(day, minlength=count)
    crimes = np.bincount(day[payment.is_crime], minlength=count)
    span, most = 1, None
    for span in _SPANS:
        # what is left over at the end is part of the last whole span
        begin = np.arange(0, max(1, count - span + 1), span)
        some = np.add.reduceat(crimes, begin)
        share = some / np.maximum(1, np.add.reduceat(everything, begin))
        middle = float(np.median(share))
        most = float(share.max()) / middle if middle else None
        if np.median(some) >= _ENOUGH:
            break
    return Prevalence(span, everything.tolist(), crimes.tolist(), most)


def _side(facts: Facts, pattern: str, ours: Array, *, is_fraud: bool) -> Side:
    chosen = {
        name: _of(events, ours) if pattern else events.case < 0
        for name, events in facts.events.items()
    }
    hours = np.zeros(24)
    for name, some in chosen.items():
        if name != "action":  # of which a session has many
            hours += np.bincount(local(facts.events[name])[some] // 60 % 24, minlength=24)
    amounts: list[float] = []
    if "payment" in facts.events:
        payment = facts.events["payment"]
        orders = chosen["payment"] & (payment["leg"] == _ORIGINAL)
        amounts = _quantiles(payment["amount_minor"][orders])
    cases = facts.cases
    return Side(
        pattern,
        is_fraud,
        int(ours.sum()),
        {name: int(some.sum()) for name, some in chosen.items()},
        _roles(facts, ours),
        _quantiles((cases.end[ours] - cases.start[ours]) / 86_400_000),
        amounts,
        np.round(hours / max(1.0, hours.sum()), 5).tolist(),
        int(cases.loss[ours].sum()),
        int(cases.recovered[ours].sum()),
    )


def _of(events: Events, ours: Array) -> Array:
    return np.append(ours, False)[events.case]


def _roles(facts: Facts, ours: Array) -> list[Role]:
    members = facts.members
    here = ours[members.case]
    found = []
    known = sorted(
        set(zip(members.entity[here].tolist(), members.role[here].tolist(), strict=True))
    )
    for entity, role in known:
        some = here & (members.entity == entity) & (members.role == role)
        size = np.bincount(members.case[some], minlength=len(ours))[ours]
        found.append(Role(entity, role, int(size.min()), float(np.median(size)), int(size.max())))
    return found


def _quantiles(values: Array) -> list[float]:
    if not len(values):
        return []
    return [round(float(value), 2) for value in np.quantile(values, QUANTILES)]
