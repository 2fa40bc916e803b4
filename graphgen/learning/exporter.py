"""What every format for learners can be asked for: labels or none, whose view, and noise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Annotated

from annotated_types import Interval

from graphgen.exporter import DatasetExporter
from graphgen.learning.labelling import Labelling
from graphgen.pattern import Pattern
from graphgen.registry import PATTERNS
from graphgen.stage import StoreError

if TYPE_CHECKING:
    from graphgen.dataset import Dataset
    from graphgen.learning.frame import Frame

__all__ = ["LearningExporter", "ToldExporter", "needed"]

_Share = Annotated[float, Interval(ge=0, le=1)]


@dataclass(frozen=True)
class LearningExporter(DatasetExporter):
    """A sink that takes a dataset as something to learn from."""

    blind: bool = False
    """Leave every label out."""
    view: str = ""
    """Whose view: `bank:ID` for what one bank sees; else all there is."""
    overlooked: _Share = 0.0
    """Share of the crimes' rows in training that are told as honest."""
    false_alarms: _Share = 0.0
    """Share of the honest rows in training that are told as crimes."""
    missing: _Share = 0.0
    """Share of the rows in training of which nothing is told."""
    neighbours: _Share = 0.0
    """Share of the honest rows in training of those who deal with criminals, told as crimes."""
    unlabelled: str = ""
    """Patterns, with commas between, whose crimes are told as honest."""

    def labelling(self, dataset: Dataset) -> Labelling:  # noqa: ARG002 - for those that inherit it
        """Say what is told beside the truth; `UnknownNameError` for a pattern that there is not."""
        names = tuple(name.strip() for name in self.unlabelled.split(",") if name.strip())
        for name in names:
            PATTERNS.load(name, Pattern)
        return Labelling(self.overlooked, self.false_alarms, self.missing, self.neighbours, names)

    @contextmanager
    def frame(self, dataset: Dataset) -> Iterator[Frame]:
        """Open a dataset with its labels and splits, as it was asked for."""
        from graphgen.learning.frame import Frame

        frame = Frame(dataset, self.labelling(dataset), bank=_bank(dataset, self.view))
        try:
            yield frame
        finally:
            frame.close()


@dataclass(frozen=True)
class ToldExporter(LearningExporter):
    """A sink that tells one label of a row, which may be what was known on some day."""

    known_at: str = ""
    """Tell of crimes before a day (YYYY-MM-DD; `training`: the first after training) only those
    that had been reported when it began."""

    def labelling(self, dataset: Dataset) -> Labelling:
        """Say what is told, and as it was known when; `StoreError` for what is no day."""
        return replace(super().labelling(dataset), known_at=_day(dataset, self.known_at))


def needed(package: str, extra: str) -> None:
    """Raise `StoreError`, which names the extra, if a package cannot be imported."""
    from importlib.util import find_spec

    if find_spec(package) is None:
        raise StoreError(f"{package} is not installed; pip install 'graphgen[{extra}]'")


def _day(dataset: Dataset, known_at: str) -> date | None:
    if known_at == "training":
        from graphgen.learning.splits import borders

        return borders(dataset)[0]
    try:
        return date.fromisoformat(known_at) if known_at else None
    except ValueError:
        raise StoreError(
            f"known_at: {known_at!r} is no day; one is YYYY-MM-DD, or training"
        ) from None


def _bank(dataset: Dataset, view: str) -> int | None:
    if not view:
        return None
    from graphgen.banks import bank_id

    whose, colon, name = view.partition(":")
    if whose != "bank" or not colon:
        raise StoreError(f"view: {view!r} is none; one is bank: and a bank's id")
    return bank_id(dataset, name, "view")
