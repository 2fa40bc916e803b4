"""Grow the worlds of `docs/rule_scores.md`, load a real Elasticsearch with each, and score rules.

    python scripts/build_rule_scores.py         # all: a quarter of an hour on two cores
    python scripts/build_rule_scores.py easy    # one; of the others what was found before stays
    python scripts/build_rule_scores.py --page  # none: only what stands before the tables

The node, of version 8, is put together by `tests/live/elasticsearch_server.py`, one for each world.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pages import ROOT, run, write_page

from graphgen.elastic.rules import load_rule

SERVER = ROOT / "tests" / "live" / "elasticsearch_server.py"
PAGE = ROOT / "docs" / "rule_scores.md"
COUNTS = {
    "account_takeover": 15,
    "app_scam": 10,
    "bipartite": 8,
    "bust_out": 3,
    "cycle": 12,
    "fan_in": 12,
    "fan_out": 12,
    "front_running": 8,
    "gather_scatter": 8,
    "identity_ring": 2,
    "insider_trading": 12,
    "ip_recycling": 3,
    "kiting": 6,
    "marking_the_close": 8,
    "mule_network": 3,
    "pump_and_dump": 4,
    "ramp_and_dump": 4,
    "random_walk": 12,
    "scatter_gather": 8,
    "shared_device": 6,
    "spoofing": 10,
    "stack": 8,
    "structuring": 12,
    "wash_trading": 8,
}
ALIKE = " ".join(
    [
        "--set investors=0.21 --set walks=[action,news,payment,price,session,trade]",
        *(f"--set patterns.{name}.count={count}" for name, count in COUNTS.items()),
    ]
)
WORLDS = {
    "easy": (
        "Easy (3,000 people, 60 days, seed 11), on which thresholds were chosen",
        f"--users 3000 --days 60 --seed 11 --set difficulty=easy {ALIKE}",
    ),
    "easy-13": (
        "Easy, seed 13 (3,000 people, 60 days): looked at for the two rules on geography alone",
        f"--users 3000 --days 60 --seed 13 --set difficulty=easy {ALIKE}",
    ),
    "medium": (
        "Medium, the default (5,000 people, 90 days, seed 7)",
        f"--users 5000 --days 90 --seed 7 {ALIKE}",
    ),
    "hard": (
        "Hard (3,000 people, 60 days, seed 7)",
        f"--users 3000 --days 60 --seed 7 --set difficulty=hard {ALIKE}",
    ),
}
"""The title of each world's section, and what `graphgen generate` is told."""
RECALL, FALSE = 0.8, 0.01
Told = dict[str, Any]
LEAD = f"""# What the rules find

What the [rules](rules.md) find in Elasticsearch 8.19, scored by the truth in the dataset's files.
They were written from the patterns' descriptions and tuned on the first of these worlds; their
thresholds are the same for every world and difficulty.

* An **alert** names one entity, and the events that it rests on. It **points** to a case if the
  entity is a member and one of the events belongs to the case. The rule is our own assumption.
* **recall**: crimes that an alert points to; **honest**: look-alikes that one points to; **right**,
  **any**: share of the alerts that point to a crime of the rule's patterns, and of any pattern.
* **false**: alerts that point to no crime, as a share of the honest entities of the kind: accounts
  of customers, people, devices, addresses, securities. (A fifth of the people invest: of their
  brokerage accounts alone, rules on orders and trades name some twelve times that share.)
* **s**: seconds, on a node that shares two busy cores with other work.
* A pattern is **found** if a rule points to at least {RECALL:.0%} of its crimes, and its false
  alerts are at most {FALSE:.0%} of the honest.
"""


def main(arguments: list[str]) -> int:
    """Score what is asked for, and write the page; give 2 for a world that there is not."""
    titles = {name: title for name, (title, _) in WORLDS.items()}
    return write_page(PAGE, LEAD, titles, arguments, lambda name: tables(scored(WORLDS[name][1])))


def scored(grown: str) -> list[Told]:
    """Grow a world, load a node with it, and give what `graphgen detect` says of it."""
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)  # the node runs as nobody
        world, home = Path(scratch) / "world", Path(scratch) / "elasticsearch"
        run("-m", "graphgen", "generate", *grown.split(), "--to", f"parquet:{world}")
        address, _, _ = run(str(SERVER), "start", str(home), "--version", "8").split()
        try:
            run("-m", "graphgen", "load", str(world), address, "--blind")
            found = run("-m", "graphgen", "detect", address, "--truth", str(world), "--json")
        finally:
            run(str(SERVER), "stop", str(home), "--now")
    told: list[Told] = json.loads(found)
    return told


def tables(found: list[dict[str, Any]]) -> Iterator[str]:
    """Give a world's two tables, and the patterns that no rule finds, with what rules miss."""
    yield "| rule | alerts | a day | right | any | false | s |"
    yield "| --- " * 7 + "|"
    for each in found:
        first = each["scores"][0] if each["scores"] else {}
        yield (
            "| "
            + " | ".join(
                (
                    f"[`{each['pattern']}`](rules.md#{each['pattern']})",
                    f"{each['alerts']}",
                    f"{each['alerts_a_day']:.1f}",
                    share(first.get("precision")),
                    share(first.get("fraud_precision")),
                    f"{each['false_share']:.2%}",
                    f"{each['seconds']:.1f}",
                )
            )
            + " |"
        )
    yield "\n| pattern | best rule | recall | honest | all rules | found |"
    yield "| --- " * 6 + "|"
    missed = []
    for pattern, some in sorted(by_pattern(found).items()):
        rule, score = max(some, key=lambda pair: (fits(pair[0]), pair[1]["recall"] or 0.0))
        good = fits(rule) and (score["recall"] or 0.0) >= RECALL
        others = ", ".join(f"`{r['pattern']}` {s['found']}" for r, s in some if r is not rule)
        yield (
            f"| `{pattern}` | `{rule['pattern']}` | {score['found']}/{score['crimes']} = "
            f"{share(score['recall'])} | {score['mistaken']}/{score['lookalikes']} | {others} | "
            f"{'yes' if good else 'no'} |"
        )
        if not good:
            missed.append((pattern, rule["pattern"]))
    yield f"\nFound: {len(by_pattern(found)) - len(missed)} of {len(by_pattern(found))}.\n"
    if missed:
        yield "Not found, and what the best rule says that it misses:\n"
        for pattern, rule_name in missed:
            yield f"* `{pattern}`, `{rule_name}`: {load_rule(rule_name).about['Misses']}"
        yield ""


def by_pattern(
    found: list[dict[str, Any]],
) -> dict[str, list[tuple[dict[str, Any], dict[str, Any]]]]:
    """Give the rules that are for each pattern, with their scores."""
    made: dict[str, list[tuple[Told, Told]]] = {}
    for each in found:
        for score in each["scores"]:
            if score["crimes"]:
                made.setdefault(score["pattern"], []).append((each, score))
    return made


def fits(rule: dict[str, Any]) -> bool:
    """Say whether a rule's false alerts are as few as asked for."""
    return bool(rule["false_share"] <= FALSE)


def share(ratio: float | None) -> str:
    """Spell a share; nothing where there is none."""
    return "" if ratio is None else f"{ratio:.2f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
