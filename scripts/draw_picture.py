"""Draw docs/img/shared_device.png: a crime and its honest look-alike, out of one world."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
from matplotlib.lines import Line2D

from graphgen import Graph, World
from graphgen.schema import words
from graphgen.table import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "img" / "shared_device.png"
WORLD = World(users=2_000, days=60, seed=7)

COLOURS = {
    "user": "#2f5d8a",
    "account": "#5fa777",
    "device": "#7d5ba6",
    "ip": "#d9a441",
    "address": "#a9a9a9",
}
CRIME, LINE = "#c8352b", "#b9c0c7"
SIZES = {"user": 70, "account": 34, "device": 48, "ip": 40, "address": 40}
LINKS = {
    "has_account": "account_id",
    "uses_device": "device_id",
    "uses_ip": "ip_id",
    "lives_at": "address_id",
}
TITLES = {
    True: "One person behind many people's accounts",
    False: "A public tablet that neighbours bank from",
}


def main(path: Path) -> None:
    """Draw the two cases side by side."""
    graph = WORLD.graph()
    case = graph["case"]
    of_pattern = np.array(case["pattern"].to_pylist()) == "shared_device"
    mpl.rcParams.update({"font.family": "DejaVu Sans", "font.size": 10})
    figure, panels = plt.subplots(1, 2, figsize=(11, 5), layout="constrained")
    for axes, is_fraud in zip(panels, (True, False), strict=True):
        chosen = int(np.flatnonzero(of_pattern & (case["is_fraud"] == is_fraud))[0])
        draw(axes, around(graph, chosen), TITLES[is_fraud])
    figure.legend(handles=list(legend()), loc="outside lower center", ncols=7, frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None}, pil_kwargs={"optimize": True})


def around(graph: Graph, case: int) -> nx.DiGraph:
    """Cut out a case: its people, what they have, and who pays whom among them and by it."""
    member = graph["member"]
    ours = member["case_id"] == case
    is_user = member["entity"] == words.ENTITIES.index("user")
    people = member["entity_id"][ours & is_user]
    cut = nx.DiGraph()
    for name, column in LINKS.items():
        table = graph[name]
        for row in np.flatnonzero(np.isin(table["user_id"], people)):
            cut.add_edge(("user", table["user_id"][row]), (column[:-3], table[column][row]))
    shared(cut, graph, ours)
    for source, target, crime in transfers(graph, case, people):
        cut.add_edge(("account", source), ("account", target), crime=crime)
    return cut


def shared(cut: nx.DiGraph, graph: Graph, ours: Array) -> None:
    """Keep, of what nobody else in the cut has, one address on the internet a person at most."""
    member = graph["member"]
    named = {
        (words.ENTITIES[kind], row)
        for kind, row in zip(member["entity"][ours], member["entity_id"][ours], strict=True)
    }
    for node in list(cut):
        if node[0] == "ip" and node not in named and cut.in_degree(node) == 1:
            cut.remove_node(node)
    for node in named & set(cut):
        cut.nodes[node]["member"] = True


def transfers(graph: Graph, case: int, people: Array) -> Iterator[tuple[int, int, bool]]:
    """Yield who pays whom: the case's payments, and transfers between its people's accounts."""
    pays, holds = graph["pays"], graph["has_account"]
    accounts = holds["account_id"][np.isin(holds["user_id"], people)]
    between = np.isin(pays["debtor_account_id"], accounts)
    between &= np.isin(pays["creditor_account_id"], accounts)
    for row in np.flatnonzero(between | (pays["case_id"] == case)):
        source, target = pays["debtor_account_id"][row], pays["creditor_account_id"][row]
        yield source, target, pays["case_id"][row] == case


def draw(axes: Axes, cut: nx.DiGraph, title: str) -> None:
    """Draw one piece of the graph."""
    place = nx.kamada_kawai_layout(cut.to_undirected())
    crime = [edge for edge in cut.edges if cut.edges[edge].get("crime")]
    quiet = [edge for edge in cut.edges if not cut.edges[edge].get("crime")]
    nx.draw_networkx_edges(cut, place, quiet, ax=axes, edge_color=LINE, width=0.9, arrows=False)
    nx.draw_networkx_edges(
        cut,
        place,
        crime,
        ax=axes,
        edge_color=CRIME,
        width=1.4,
        arrowsize=10,
        node_size=50,
        connectionstyle="arc3,rad=0.15",
    )
    for kind, colour in COLOURS.items():
        nodes = [node for node in cut if node[0] == kind]
        sizes = [SIZES[kind] * (3 if is_centre(cut, node) else 1) for node in nodes]
        nx.draw_networkx_nodes(
            cut,
            place,
            nodes,
            ax=axes,
            node_size=sizes,
            node_color=colour,
            edgecolors="white",
            linewidths=0.8,
        )
    axes.set_title(title, fontsize=12, color="#30363d")
    axes.set_axis_off()


def is_centre(cut: nx.DiGraph, node: tuple[str, int]) -> bool:
    """Tell whether it is the device or the address that everybody in the case uses."""
    return node[0] in ("device", "ip") and bool(cut.nodes[node].get("member"))


def legend() -> Iterator[Line2D]:
    """Yield what the colours stand for."""
    for kind, colour in COLOURS.items():
        name = {"ip": "IP address"}.get(kind, kind)
        yield Line2D([], [], ls="", marker="o", ms=8, color=colour, label=name)
    yield Line2D([], [], color=LINE, label="has, uses, lives at, pays")
    yield Line2D([], [], color=CRIME, label="payments of the crime")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURE)
