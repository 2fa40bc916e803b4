"""Write the tables of `docs/baselines.md` from what `graphgen baseline --json` printed.

python scripts/build_baselines.py "Hard=hard.json" "AMLworld's mix=aml.json" ...

A section of the same title is replaced, others stay; what stands before the first is left as it is.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import groupby
from math import isnan
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs" / "baselines.md"
MARK = "\n## Measured: "
COLUMNS = (
    ("AP", "average_precision", 3),
    ("F1", "f1", 3),
    ("0.5 %", "recall_half_percent", 2),
    ("1 %", "recall_percent", 2),
    ("5 % FPR", "recall_at_false_5_percent", 2),
    ("seen", "recall_seen", 2),
    ("unseen", "recall_unseen", 2),
)


def main(arguments: list[str]) -> int:
    """Write the page anew; give 2 if an argument is not TITLE=FILE."""
    lead, *there = PAGE.read_text("utf-8").split(MARK)
    parts = {each.partition("\n")[0]: each.rstrip("\n") for each in there}
    for argument in arguments:
        title, equals, file = argument.partition("=")
        if not equals:
            print(f"{argument!r}: TITLE=FILE is asked for")
            return 2
        found = json.loads(Path(file).read_text("utf-8"))
        parts[title] = "\n".join([title, "", *section(found)])
    sections = (f"{MARK}{each}\n" for each in parts.values())
    PAGE.write_text(lead.rstrip("\n") + "\n" + "".join(sections), encoding="utf-8")
    return 0


def section(found: dict[str, Any]) -> Iterator[str]:
    """Give a world's lines: what it was, each setting's table, what is found of patterns."""
    yield (
        f"{found['payments']:,} payments; in the test {found['crimes']:,} of crimes "
        f"({found['rate']:.2%}). When training ended, {found['learnt']:,} of its "
        f"{found['happened']:,} were known."
    )
    for setting, rungs in groupby(found["rungs"], lambda rung: rung["setting"]):
        yield from ("", f"{setting[0].upper()}{setting[1:]}:", "")
        yield from table(("rung", *(header for header, _, _ in COLUMNS), "s"), map(cells, rungs))
    own = [rung for rung in found["rungs"] if rung["setting"] == found["rungs"][0]["setting"]]
    yield from ("", "Of each pattern's crimes, found among 1 %:", "")
    yield from table(
        ("pattern", *(rung["name"] for rung in own)),
        (
            [f"`{name}`", *(spelled(rung["mean"]["by_pattern"][name], 2) for rung in own)]
            for name in own[0]["mean"]["by_pattern"]
        ),
    )
    yield ""
    yield f"{found['seconds']:.0f} CPU seconds, {found['memory'] / 2**30:.1f} GiB."


def table(headers: tuple[str, ...], rows: Any) -> Iterator[str]:  # noqa: ANN401 - rows of cells
    """Give a table's lines in Markdown."""
    yield f"| {' | '.join(headers)} |"
    yield f"| {' | '.join('---' for _ in headers)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def cells(rung: dict[str, Any]) -> Iterator[str]:
    """Give a rung's cells: means, and with several seeds deviations."""
    yield rung["name"]
    for _, name, digits in COLUMNS:
        mean = spelled(rung["mean"][name], digits)
        many = rung["seeds"] > 1 and mean and digits > 2  # noqa: PLR2004 - shares have none
        yield f"{mean} ± {spelled(rung['deviation'][name], digits)}" if many else mean
    yield f"{rung['seconds']:.0f}"


def spelled(value: float | None, digits: int) -> str:
    """Spell a share; nothing where there is none."""
    return "" if value is None or isnan(value) else f"{value:.{digits}f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
