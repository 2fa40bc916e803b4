"""Write `docs/rule_scores.md` from what `graphgen detect es://... --json` printed, a file a world.

python scripts/build_rule_scores.py "easy=easy.json" "medium=medium.json" ...
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphgen.elastic.rules import load_rule

PAGE = Path(__file__).resolve().parent.parent / "docs" / "rule_scores.md"
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
    """Write the page; give 2 if an argument is not TITLE=FILE."""
    parts = [LEAD]
    for argument in arguments:
        title, equals, file = argument.partition("=")
        if not equals:
            print(f"{argument!r}: TITLE=FILE is asked for")
            return 2
        parts.append("\n".join(section(title, json.loads(Path(file).read_text("utf-8")))))
    PAGE.write_text("\n".join(parts), encoding="utf-8")
    return 0


def section(title: str, found: list[dict[str, Any]]) -> Iterator[str]:
    """Give a world's two tables, and the patterns that no rule finds, with what rules miss."""
    yield f"## {title}\n"
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
