"""Write sections of `docs/detection.md` from what `graphgen detect --json` printed.

python scripts/build_detection.py "Easy=easy.json" "Medium=medium.json" ...

A section of the same title is replaced, others stay; a new one comes last.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphgen.neo4j.queries import load_query

PAGE = Path(__file__).resolve().parent.parent / "docs" / "detection.md"
RECALL, HONEST = 0.8, 0.5
LEAD = f"""# Detection

What the queries in `cypher/` find in a world, scored against its truth, which the database does not
hold (`--blind`). Each query was written from its pattern's description and needs no plugin; its
parameters stand in its first line (`WITH {{...}} AS p`), so that the same file runs in the Browser,
in cypher-shell and by a driver, and their defaults are the same for every world and difficulty.
They were chosen for crimes that hurry: at medium and hard, crimes take as long as look-alikes,
and most queries find few of them. `cypher/guide/` has the queries of Neo4j's own guides.

```bash
graphgen load world neo4j-admin:files --blind     # import as files/IMPORT.md says
graphgen detect neo4j://neo4j@localhost:7687/neo4j --truth world
```

* An **alert** is a distinct set of entities: accounts, customers, devices, internet addresses.
* It **hits** a case if it names at least half of the case's members, and at least half of what it
  names are members. The rule is our own assumption.
* **recall**: crimes that are hit; **members**: share of their members that any alert names;
  **honest**: look-alikes that are hit; **right**, **any**: share of the alerts that hit a crime of
  the pattern, and of any pattern.
* **s**: seconds by the clock, on a server with a heap of 1 to 1.5 GB that shares two cores: in the
  first and the third table (there of the first run after a start) with some twenty processes, in
  the others with few. The two slowest, `cycle` and `app_scam`, take the server 7 CPU seconds of the
  default world, `ip_recycling` 3, the three others that were measured so 2.
* The first and the third table are of worlds as they are grown now, the others of earlier ones.
* A pattern is **found** if at least {RECALL:.0%} of its crimes are hit, and look-alikes at most
  half as often.
* The abuses of the market are looked for without prices, which are [not in the graph](neo4j.md):
  what the price did, before and after, is for who reads an alert to see. Events of the market have
  no query, as nobody takes part in one. Their worlds have eight cases of each abuse beside all
  other patterns, `investors: 0.21`, and the walks of a market.
* A case in which nothing happened is not found: in three of the eight rings of wash trading of
  seed 7 nobody ever ordered, and one spoofer there sold nothing.
"""
COLUMNS = ("pattern", "recall", "members", "honest", "alerts", "right", "any", "s", "found")


def main(arguments: list[str]) -> int:
    """Write the page anew; give 2 if an argument is not TITLE=FILE."""
    there = PAGE.read_text("utf-8").split("\n## ")[1:] if PAGE.exists() else []
    parts = {each.partition("\n")[0]: f"## {each}" for each in there}
    for argument in arguments:
        title, equals, file = argument.partition("=")
        if not equals:
            print(f"{argument!r}: TITLE=FILE is asked for")
            return 2
        parts[title] = section(title, json.loads(Path(file).read_text("utf-8")))
    PAGE.write_text("\n".join([LEAD, *parts.values()]), encoding="utf-8")
    return 0


def section(title: str, found: list[dict[str, Any]]) -> str:
    """Give a world's table, and what is not found in it with what its query says it misses."""
    lines = [
        f"## {title}",
        "",
        f"| {' | '.join(COLUMNS)} |",
        f"| {'--- | ' * len(COLUMNS)}".strip(),
    ]
    missed = []
    reached = 0
    for each in found:
        for score in each["scores"]:
            good = is_found(score)
            reached += good
            lines.append(f"| {' | '.join(cells(each, score))} | {'yes' if good else 'no'} |")
            if not good:
                missed.append(each["pattern"])
    lines += ["", f"Found: {reached} of {len(found)}.", ""]
    lines += told(missed)
    return "\n".join(lines)


def told(missed: list[str]) -> Iterator[str]:
    """Give the list of what is not found, with what the queries say they miss."""
    if missed:
        yield "Not found, and what the query says that it misses:"
        yield ""
        for name in missed:
            about = load_query(name).about
            yield f"* `{name}`: {about['Misses']}"
        yield ""


def is_found(score: dict[str, Any]) -> bool:
    """Say whether a pattern's score reaches what was asked for."""
    recall = score["recall"] or 0.0
    return recall >= RECALL and (score["lookalikes_hit"] or 0.0) <= HONEST * recall


def cells(each: dict[str, Any], score: dict[str, Any]) -> Iterator[str]:
    """Give a row's cells."""
    yield f"`{each['pattern']}`"
    yield f"{score['found']}/{score['crimes']} = {share(score['recall'])}"
    yield share(score["member_recall"])
    yield f"{score['mistaken']}/{score['lookalikes']}"
    yield f"{score['alerts']}"
    yield share(score["precision"])
    yield share(score["fraud_precision"])
    yield f"{each['seconds']:.1f}"


def share(ratio: float | None) -> str:
    """Spell a share; nothing where there is none."""
    return "" if ratio is None else f"{ratio:.2f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
