"""How a baseline is tried: as in life, or without one hardship, to show what that is worth."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ABLATIONS", "AS_IN_LIFE", "IN_PARTS", "Setting"]


@dataclass(frozen=True)
class Setting:
    """What is learnt from, and what is tried."""

    name: str
    at_random: bool = False
    """Whether rows are split at random, where all is known that will ever be; else by time."""
    delay: bool = True
    """Whether it takes time until a crime becomes known, and some never do."""
    lookalikes: bool = True
    """Whether what looks like a crime and is none is among the rows."""


AS_IN_LIFE = Setting("as in life")
ABLATIONS = (
    Setting("random split", at_random=True),
    Setting("no label delay", delay=False),
    Setting("no look-alikes", lookalikes=False),
)
IN_PARTS = Setting("the graph network in parts")
"""As in life; the network without some of what it is given."""
