"""The tape of a world: what was traded, with all that its cases did to it and without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.market.overlay import Overlay
from graphgen.market.prices import Tape, written
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["counterfactual", "tape"]

_BARS = ("open", "high", "low", "close", "volume")


def tape(graph: Graph) -> Tape:
    """Give the prices of a world's securities."""
    return graph.once("tape", lambda: _tape(graph))


def _tape(graph: Graph) -> Tape:
    clean, moves = written(graph.world), graph["moves"]
    if not len(moves) or not len(clean.sessions):
        return clean
    return Overlay.of(clean, moves).over(graph.world, clean)


def counterfactual(graph: Graph) -> Table:
    """Give the bars that there would have been without each case, where they are others."""
    moves = graph["moves"]
    if not len(moves):
        return Table.empty("counterfactual")
    told = tape(graph)
    parts = [_without(graph, told, case) for case in _cases(moves)]
    return Table.concat([part for part in parts if len(part)] or [Table.empty("counterfactual")])


def _cases(moves: Table) -> Array:
    """Give the cases that move a price; what moves it without one would have been anyway."""
    case = np.unique(moves["case_id"])
    return np.asarray(case[case >= 0])


def _without(graph: Graph, told: Tape, case: Array) -> Table:
    """Give a case's: rows of the securities that it moves, session after session."""
    if told.clean is None or told.overlay is None:
        return Table.empty("counterfactual")
    own = graph["moves"]["case_id"] == case
    security = np.unique(told.overlay.security[own])
    others = np.flatnonzero(~own & np.isin(told.overlay.security, security))
    there = told.clean
    if len(others):
        there = told.overlay.of_moves(others).over(graph.world, told.clean)
    bars = {name: getattr(there, name)[:, security] for name in _BARS}
    differ = np.any([bars[name] != getattr(told, name)[:, security] for name in _BARS], axis=0)
    session, place = np.nonzero(differ)
    return Table.of(
        "counterfactual",
        case_id=np.full(len(session), case),
        security_id=security[place],
        time=told.sessions.closes[session],
        **{
            name if name == "volume" else f"{name}_minor": values[session, place]
            for name, values in bars.items()
        },
    )
