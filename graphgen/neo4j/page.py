"""The page of the documentation that says what is in the graph, made from the mapping."""

from __future__ import annotations

from collections.abc import Iterable

from graphgen.neo4j.element import Element, Node, Relationship
from graphgen.neo4j.model import DERIVED, MODEL, TRUTH

__all__ = ["page"]

_LEAD = """\
graphgen's worlds in Neo4j follow the models that Neo4j publishes for fraud: the [transaction base
model][base] and its event-sequence extension. Labels, types, properties and directions are theirs;
what they lack is added by their naming rules and marked *ours*.

* `graphgen load DATASET neo4j-admin:DIR` writes files for Neo4j's import tool (`--format parquet`
  for 5.26 and later), and `IMPORT.md` in that folder has the commands.
* `--blind` leaves the truth out; `--home-bank ID` makes only that bank's accounts `Internal`;
  `--derived` adds what can be counted from the rest, for projections of one kind of node.
* `amount` is in major units as the model wants it, `amountMinor` beside it is exact.
* `Phone` has both `number` (which the model's constraints and queries say) and `phoneNumber` (which
  its text says).
* A payment that clears later is one `Transaction` from who pays to who is paid; what its banks book
  of it are its `Movement`s. A declined attempt is a `DeclinedTransaction`, so that sums over
  `Transaction` are of money that moved.
* `graphgen neo4j assets DIR` writes what Neo4j's Browser and Bloom open: `style.grass`,
  `guide.html`, `favourites.zip` (drop it on the Browser) and `perspective.json` (for Bloom, which
  Aura calls Explore: import it there). `graphgen neo4j guide` serves them, and so does
  `docker-compose.yml` once they are in the folder `guides`; then
  `:play http://localhost:8001/guide.html` in the Browser.
* Prices are not in the graph: they are series, which one reads by time and never walks along, and
  each security would be a hub with tens of thousands of them. What investors paid stands in their
  `Trade`s; the tables `price` and `bar` of the dataset have the rest, for SQL. So the seven abuses
  of the market are looked for by who ordered what, when, from where, knowing whom. The market's
  events (a crash, news) have no query: nobody takes part in one, and prices are what they move.
* Every live test passed on Neo4j Community 5.26.30 (Java 17) and on 2026.08.1 (Java 25): both forms
  of import, the script for LOAD CSV, loads that were killed, verify, the truth, all queries, and
  the Browser that comes with the server. `just live` runs them on the first, `just live 2026.08.1`
  on the second. There is no Bloom and no Enterprise Edition in these. No Bloom has opened the
  perspective: a test compares its keys and types, all of them, with those of a published one that
  Bloom 2.7.0 exported. `schema-enterprise.cypher` is checked by its text.
* Community knows no roles. A user who may not write is tried there as a database that the server
  keeps read-only, and as a user who has to change the password first: each is one clear line.
* Rules that look at the last 30 days find something in a world that ends now: `--end now`.

[base]: https://neo4j.com/developer/industry-use-cases/data-models/transaction-graph/transaction/transaction-base-model/"""


def page() -> str:
    """Give the page as Markdown."""
    parts = ["# Neo4j", _LEAD]
    for title, model in (("", MODEL), (" of --derived", DERIVED), (" of the truth", TRUTH)):
        if model.nodes:
            parts.append(f"## Nodes{title}")
        parts += [_node(node) for node in model.nodes]
        parts.append(f"## Relationships{title}\n\n{_relationships(model.relationships)}")
    return "\n\n".join(parts) + "\n"


def _node(node: Node) -> str:
    seconds = " or ".join(f"`{label}`" for label in node.seconds)
    more = f" Its second label is {seconds}." if node.seconds else ""
    return f"### {node.label}{_ours(node)}\n\n{node.doc}{more}\n\n" + _table(
        ("property", "type", "what it says"),
        ((f"`{p.name}`", str(p.type), p.doc) for p in node.properties),
    )


def _relationships(kinds: Iterable[Relationship]) -> str:
    return _table(
        ("relationship", "properties", "what it says"),
        (
            (
                f"`(:{kind.start.label})-[:{kind.type}]->(:{kind.end.label})`",
                ", ".join(f"`{p.name}`" for p in kind.properties),
                kind.doc + _ours(kind),
            )
            for kind in kinds
        ),
    )


def _ours(element: Element) -> str:
    return " *(ours)*" if element.extends else ""


def _table(headers: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [headers, ("---",) * len(headers), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
