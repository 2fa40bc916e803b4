"""Grow the worlds of `docs/baselines.md`, climb the ladder on each, and write the page's tables.

    python scripts/build_baselines.py           # all: a quarter of an hour of CPU
    python scripts/build_baselines.py medium    # one; of the others what was found before stays
    python scripts/build_baselines.py --page    # none: the page anew, of what was found before
    python scripts/build_baselines.py --check   # only say whether the page is so

What was found lies in `docs/baselines.json`. What stands on the page before its tables is left as
it is. Needs the extras `ml` and `gnn`.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import isnan
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "baselines.md"
FOUND = ROOT / "docs" / "baselines.json"
MARK = "\n## All worlds beside each other\n"
COLUMNS = (
    ("AP", "average_precision", 3),
    ("F1", "f1", 3),
    ("0.5 %", "recall_half_percent", 2),
    ("1 %", "recall_percent", 2),
    ("5 % FPR", "recall_at_false_5_percent", 2),
    ("seen", "recall_seen", 2),
    ("unseen", "recall_unseen", 2),
)
PUBLISHED = {"graph": "63 % (GFP+XGB)", "gnn": "68 % (Multi-PNA with edge updates)"}
"""F1 on AMLworld's HI-Small: arXiv 2402.08593 and 2306.11586."""


@dataclass(frozen=True)
class World:
    """A world of the page, and how the ladder is climbed on it."""

    title: str
    grown: str
    """What `graphgen generate` is told."""
    climbed: str = ""
    """What `graphgen baseline` is told."""


def _of(difficulty: str, users: int) -> str:
    return f"--users {users} --days 90 --set fraud.rate=0.005 --set difficulty={difficulty}"


WORLDS = {
    "easy": World("Easy", _of("easy", 1000)),
    "medium": World("Medium", _of("medium", 1030)),
    "hard": World("Hard", _of("hard", 1030), "--ablations"),
    "aml": World("AMLworld's mix", "examples/amlworld.yaml --set users=1030 --set days=90"),
}
"""As large as the graph network takes: people do more where crimes are easy to see."""


def main(arguments: list[str]) -> int:
    """Run what is asked for, and write the page.

    Gives 2 for a world that there is not, and with --check 1 for a page that is not as it should.
    """
    flags = {"--page", "--check"} & set(arguments)
    strange = [name for name in arguments if name not in (*WORLDS, *flags)]
    if strange:
        print(f"no world called {strange[0]!r}; there is: {', '.join(WORLDS)}, or --page for none")
        return 2
    found = json.loads(FOUND.read_text("utf-8")) if FOUND.exists() else {}
    for name in [] if flags else arguments or WORLDS:
        found[name] = climbed(name)
        found = {each: found[each] for each in WORLDS if each in found}
        FOUND.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    there = PAGE.read_text("utf-8")
    lead = there.partition(MARK)[0].rstrip("\n")
    page = "\n".join([lead, MARK, *tables(found)]) + "\n"
    if "--check" in flags:
        if page != there:
            print("docs/baselines.md: differs from docs/baselines.json; run with --page")
        return int(page != there)
    PAGE.write_text(page, "utf-8")
    return 0


def climbed(name: str) -> dict[str, Any]:
    """Grow a world into a folder that is removed, and give what `graphgen baseline` says of it."""
    with tempfile.TemporaryDirectory() as scratch:
        for command in commands(name, scratch):
            print(f"$ {command}", flush=True)
            run = [sys.executable, "-m", *shlex.split(command)]
            said = subprocess.run(  # noqa: S603 - our own commands
                [*run, "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
            )
    found: dict[str, Any] = json.loads(said.stdout)
    del found["path"]
    return {"commands": list(commands(name)), **found}


def commands(name: str, folder: str = "") -> tuple[str, str]:
    """Give the commands of a world, which lies in a folder."""
    place = str(Path(folder) / name)
    world = WORLDS[name]
    climb = f"graphgen baseline {place} {world.climbed}".strip()
    return f"graphgen generate {world.grown} --to parquet:{place}", climb


def tables(found: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Give the lines below the mark: all worlds beside each other, how they came, and each."""
    yield from at_a_glance(found)
    yield from ("", "## Commands", "", "```sh")
    for each in found.values():
        yield from each["commands"]
    minutes = sum(each["seconds"] for each in found.values()) / 60
    yield from ("```", "")
    yield "`python scripts/build_baselines.py` runs all of them and writes the tables anew."
    yield f"The ladders took {minutes:.0f} CPU minutes, the worlds one or two."
    for name, each in found.items():
        yield from ("", f"## Measured: {WORLDS[name].title}, {people(each)}", "")
        yield from section(each)


def people(found: dict[str, Any]) -> str:
    """Say how large a world is."""
    return f"{found['payments']:,} payments"


def at_a_glance(found: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Give average precision, what each rung gains, and F1 beside what is published."""
    titles = [WORLDS[name].title for name in found]
    own = [own_rungs(each) for each in found.values()]
    names = list(dict.fromkeys(name for each in own for name in each))
    yield from ("Average precision:", "")
    yield from table(
        ("rung", *titles),
        ([name, *(cell(each.get(name), "average_precision") for each in own)] for name in names),
    )
    yield from ("", "What a rung gains in it on the one before:", "")
    yield from table(
        ("rung", *titles),
        ([name, *(gain(each, before, name) for each in own)] for before, name in pairwise(names)),
    )
    yield from ("", "F1, beside what is published of AMLworld's HI-Small:", "")
    yield from table(
        ("rung", *titles, "HI-Small, published"),
        (
            [name, *(cell(each.get(name), "f1") for each in own), PUBLISHED.get(name, "")]
            for name in names
        ),
    )


def own_rungs(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give a world's rungs as in life, by name."""
    first = found["rungs"][0]["setting"]
    return {rung["name"]: rung for rung in found["rungs"] if rung["setting"] == first}


def gain(rungs: dict[str, dict[str, Any]], before: str, name: str) -> str:
    """Spell what a rung has more than the one before."""
    if before not in rungs or name not in rungs:
        return ""
    both = (rungs[each]["mean"]["average_precision"] for each in (before, name))
    low, high = both
    return f"{high - low:+.3f}"


def section(found: dict[str, Any]) -> Iterator[str]:
    """Give a world's lines: what it was, each setting's table, what is found of patterns."""
    yield (
        f"In the test {found['crimes']:,} payments of crimes ({found['rate']:.2%}). When training "
        f"ended, {found['learnt']:,} of its {found['happened']:,} were known."
    )
    if found["left_out"]:
        yield f"No graph network: {found['left_out']}."
    for setting, rungs in groupby(found["rungs"], lambda rung: rung["setting"]):
        yield from ("", f"{setting[0].upper()}{setting[1:]}:", "")
        yield from table(("rung", *(header for header, _, _ in COLUMNS), "s"), map(cells, rungs))
    own = own_rungs(found)
    patterns = next(iter(own.values()))["mean"]["by_pattern"]
    yield from ("", "Of each pattern's crimes, found among 1 %:", "")
    yield from table(
        ("pattern", *own),
        (
            [f"`{name}`", *(spelled(rung["mean"]["by_pattern"][name], 2) for rung in own.values())]
            for name in patterns
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
        yield cell(rung, name, digits)
    yield f"{rung['seconds']:.0f}"


def cell(rung: dict[str, Any] | None, name: str, digits: int = 3) -> str:
    """Spell a rung's figure; nothing where there is none."""
    if rung is None:
        return ""
    mean = spelled(rung["mean"][name], digits)
    many = rung["seeds"] > 1 and mean and digits > 2  # noqa: PLR2004 - shares have none
    return f"{mean} ± {spelled(rung['deviation'][name], digits)}" if many else mean


def spelled(value: float | None, digits: int) -> str:
    """Spell a share; nothing where there is none."""
    return "" if value is None or isnan(value) else f"{value:.{digits}f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
