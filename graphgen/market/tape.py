"""The tape of a world: what was traded, with all that its cases did to it and without."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from graphgen.market.overlay import Overlay
from graphgen.market.prices import Tape, written
from graphgen.order import members_of
from graphgen.table import Array, Table

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = ["counterfactual", "tape"]


def tape(graph: Graph) -> Tape:
    """Give the prices of a world's securities."""
    return graph.once("tape", lambda: _tape(graph))


def _tape(graph: Graph) -> Tape:
    clean, moves = written(graph.world), graph["moves"]
    if not len(moves) or not len(clean.sessions):
        return clean
    overlay = Overlay.of(clean, moves)
    bars: dict[str, Any] = overlay.over(graph.world, clean, np.arange(clean.open.shape[1]))
    return replace(clean, **bars, clean=clean, overlay=overlay)


def counterfactual(graph: Graph) -> Table:
    """Give the bars that there would have been without each case, where they are others.

    They are those of the securities that a case moves, session after session.
    """
    return graph.once("counterfactual", lambda: _counterfactual(graph))


def _counterfactual(graph: Graph) -> Table:
    if not len(graph["moves"]):
        return Table.empty("counterfactual")
    told = tape(graph)
    if told.clean is None or told.overlay is None:
        return Table.empty("counterfactual")
    case = graph["moves"]["case_id"].astype(np.int64)
    # what moves a price without a case would have been anyway
    case, security = np.unique(np.stack([case, told.overlay.security])[:, case >= 0], axis=1)
    bars = _without(graph, told.clean, told.overlay, case, security)
    differ = np.any([bars[name] != getattr(told, name)[:, security] for name in bars], axis=0)
    column, session = np.nonzero(differ.T)
    order = np.lexsort((security[column], session, case[column]))
    column, session = column[order], session[order]
    return Table.of(
        "counterfactual",
        case_id=case[column],
        security_id=security[column],
        time=told.sessions.closes[session],
        **{
            name if name == "volume" else f"{name}_minor": values[session, column]
            for name, values in bars.items()
        },
    )


def _without(
    graph: Graph, clean: Tape, moved: Overlay, case: Array, security: Array
) -> dict[str, Array]:
    """Give the bars of each security as if one case were not: a column for each pair."""
    order = np.argsort(security, kind="stable")
    first, last = (np.searchsorted(security[order], moved.security, side=side)
                   for side in ("left", "right"))  # fmt: skip
    move, place = members_of(last - first)
    column = order[first[move] + place]
    others = graph["moves"]["case_id"][move] != case[column]
    without = replace(moved.of_moves(move[others]), security=column[others])
    return without.over(graph.world, clean, security)
