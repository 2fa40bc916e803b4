"""One measure of realism: what it is, what it came to, and what it should come to."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["OURS", "RABOBANK", "Metric"]

RABOBANK = "Rabobank (arXiv 2109.10703)"
"""Saxena et al., "The Banking Transactions Dataset and its Comparative Analysis with Scale-free
Networks", ASONAM 2021: transfers between 1,624,030 accounts of Rabobank, 2010 to 2020."""
OURS = "our assumption"


@dataclass(frozen=True)
class Metric:
    """A measure of a written dataset beside its target."""

    name: str
    value: float
    low: float
    high: float
    """The target's ends; both are inside."""
    source: str
    """Where the target comes from: a publication, or our assumption."""

    ok: bool = field(init=False)
    """Whether the value lies in its target."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "ok", self.low <= self.value <= self.high)
