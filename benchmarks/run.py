"""Measure speed and memory against their targets, and print the table as Markdown.

Each figure is of a fresh process from its start to its end: imports, growing the graph and writing
the files are in it. Compiled loops are on disk before (a run that is not counted sees to that).

    python benchmarks/run.py            # some minutes
    python benchmarks/run.py --full     # and the world of 90 million payments, and every format for
                                        # learners: half an hour more, and 5 GB
    python benchmarks/run.py --quick    # toy sizes: does it run?
    python benchmarks/run.py --only memory --only csv
    python benchmarks/run.py --live     # instead: loads into real servers, which it brings; with
                                        # --full Neo4j's import tool too, with 10 M relationships
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from measure import Cost, cost_of

HERE = Path(__file__).parent
EVENTS = ("session", "action", "payment")
OTHERS = {
    "huggingface": "", "duckdb": "", "npz": "", "elliptic": "", "pyg": "torch_geometric",
    "ladybug": "ladybug",
}  # fmt: skip
"""Formats for learners beside those whose speed is asked for, and what each needs."""
TOLD = (*EVENTS, "order", "trade", "holding", "price")
UNIT = "M rows / CPU s"


@dataclass(frozen=True)
class Sizes:
    """How large the worlds are. A person has about 2.4 accounts."""

    users: int = 41_000
    days: int = 90
    more: int = 270
    """Days of the world that one worker and two walk."""
    short: int = 10
    """Days of the world whose CPU a row the long one is compared with."""
    long: int = 900
    text: int = 30
    """Days of the worlds that are written as text."""
    many: int = 410_000
    """People of the wide world, which is walked for a few days."""
    few_days: int = 10
    people: int = 1_000_000
    sessions: int = 9_000
    """Days over which prices are drawn, some twenty-five years."""
    traders: int = 200_000
    loaded: int = 2_000
    """People of the world that is loaded into a server, of as many days as are written as text:
    over a million nodes and relationships, a third of a million documents."""
    imported: int = 10_000
    """People of the world that Neo4j's import tool takes: over 10 million relationships."""
    investors: float = 0.6
    activity: float = 1.2
    """So that there is about one payment for each account and day."""


QUICK = Sizes(
    users=300,
    days=4,
    more=6,
    short=2,
    long=8,
    text=2,
    many=600,
    few_days=2,
    people=500,
    sessions=60,
    traders=300,
    loaded=60,
    imported=60,
)


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    what: str
    figure: float
    target: float
    unit: str
    cost: Cost
    rows: int
    at_most: bool = False
    """Whether the target is a ceiling."""

    def cells(self) -> tuple[str, ...]:
        """Give the cells: what, measured, target, how far past it, and what they come from."""
        share = self.target / self.figure if self.at_most else self.figure / self.target
        sign = "<=" if self.at_most else ">="
        return (
            self.what,
            f"{self.figure:.2f} {self.unit}",
            f"{sign} {self.target:g}",
            f"{share:.2f}",
            f"{self.rows / 1e6:.2f}",
            f"{self.cost.cpu:.1f}",
            f"{self.cost.wall:.1f}",
            f"{self.cost.peak:,.0f}",
        )


HEADER = ("what", "measured", "target", "reached", "M rows", "CPU s", "wall s", "peak MB")


class Bench:
    """Runs worlds in a scratch folder, each at most once."""

    def __init__(self, sizes: Sizes, folder: Path) -> None:
        self.sizes = sizes
        self.folder = folder
        self.done: dict[tuple[str, ...], tuple[Cost, int]] = {}

    def generate(
        self, users: int, days: int, walks: Sequence[str], *options: str, to: str = "parquet"
    ) -> tuple[Cost, int]:
        """Generate a world; give its cost and its rows of events. Its files stay until the next."""
        world = ["--users", str(users), "--days", str(days), "--set", f"walks=[{','.join(walks)}]"]
        world += ["--set", f"activity={self.sizes.activity}", *options]
        key = (to, *world)
        if key not in self.done:
            target = self.folder / "world"
            shutil.rmtree(target, ignore_errors=True)
            main = "from graphgen.cli import main; main()"
            command = [sys.executable, "-c", main, "generate", *world, "--json"]
            cost = cost_of([*command, "--to", f"{to}:{target}"])
            rows = json.loads(cost.output)["rows"]
            self.done[key] = cost, sum(rows.get(name, 0) for name in TOLD)
        return self.done[key]

    def world(self, users: int, days: int, walks: Sequence[str]) -> str:
        """Generate a world, also where that was measured before; give its folder."""
        self.done.clear()
        self.generate(users, days, walks)
        return str(self.folder / "world")

    def script(self, name: str, *arguments: str) -> Cost:
        """Run one of the scripts beside this one."""
        return cost_of([sys.executable, str(HERE / name), *arguments])


def payment(bench: Bench) -> Iterator[Line]:
    """Payments alone, and the null writer on the same files."""
    size = bench.sizes
    cost, rows = bench.generate(size.users, size.days, ["payment"])
    yield Line("payment alone", rows / cost.cpu / 1e6, 1.5, UNIT, cost, rows)
    source, twin = bench.folder / "world", bench.folder / "null"
    null = bench.script("null_writer.py", str(source), str(twin))
    shutil.rmtree(twin)
    ratio = cost.cpu / null.cpu
    yield Line("payment alone / null writer", ratio, 2, "x CPU", null, rows, at_most=True)


def events(bench: Bench) -> Iterator[Line]:
    """All events: with ids as numbers, and as text."""
    size = bench.sizes
    for what, target, options in (("all events", 1.5, ()), ("--ids text", 0.9, ("--ids", "text"))):
        cost, rows = bench.generate(size.users, size.days, EVENTS, *options)
        yield Line(what, rows / cost.cpu / 1e6, target, UNIT, cost, rows)


def workers(bench: Bench) -> Iterator[Line]:
    """Two workers against one, by the clock on the wall, on a world whose start weighs little."""
    size = bench.sizes
    one, _ = bench.generate(size.users, size.more, EVENTS)
    two, rows = bench.generate(size.users, size.more, EVENTS, "--workers", "2")
    yield Line("two workers / one", one.wall / two.wall, 1.7, "x as fast", two, rows)


def population(bench: Bench) -> Iterator[Line]:
    """People with all that they have, and their habits."""
    for what, target in (("people", 5.0), ("habits", 15.0)):
        cost = bench.script("population.py", str(bench.sizes.people), what)
        found = json.loads(cost.output)
        rows = found["user"] if what == "people" else found["pays"]
        name = "population: people" if what == "people" else "population: people and habits"
        yield Line(name, cost.cpu, target, "CPU s", cost, rows, at_most=True)


def memory(bench: Bench) -> Iterator[Line]:
    """Peak memory of many payments, and of many accounts."""
    size = bench.sizes
    usual = ("--set", "activity=1.0")
    for what, ceiling, users, days, options in (
        ("memory, many days", 600, size.users, size.days, ()),
        ("memory, many accounts", 1800, size.many, size.few_days, usual),
    ):
        cost, rows = bench.generate(users, days, ["payment"], *options)
        yield Line(what, cost.peak, ceiling, "MB", cost, rows, at_most=True)


def long(bench: Bench) -> Iterator[Line]:
    """Ten times the days: neither memory nor CPU a row grows."""
    size = bench.sizes
    few, few_rows = bench.generate(size.users, size.short, ["payment"])
    some, _ = bench.generate(size.users, size.days, ["payment"])
    cost, rows = bench.generate(size.users, size.long, ["payment"])
    growth = cost.peak / some.peak
    yield Line("memory, 10x the days", growth, 1.1, "x", cost, rows, at_most=True)
    growth = (cost.cpu / rows) / (few.cpu / few_rows)
    yield Line("CPU a row, 90x the days", growth, 1.1, "x", cost, rows, at_most=True)


def csv(bench: Bench) -> Iterator[Line]:
    """Text: all events and the label of each, which is a row too."""
    for form, target in (("csv", 0.8), ("jsonl", 0.6)):
        cost, events = bench.generate(bench.sizes.users, bench.sizes.text, EVENTS, to=form)
        rows = 2 * events
        yield Line(f"--to {form}", rows / cost.cpu / 1e6, target, UNIT, cost, rows)


def market(bench: Bench) -> Iterator[Line]:
    """Prices by session and by minute, without the process's start; and trades, settled.

    All payments of a world are settled with its trades, and are not written where trades alone are
    asked for. So there are three figures: the rows of orders, trades and holdings by the CPU that a
    world costs more than the same world without investors; by all its CPU; and the rows of all
    events, which are written, by all the CPU of that.
    """
    size = bench.sizes
    for what, target, days in (("days", 3.0, size.sessions), ("minutes", 20.0, size.days)):
        cost = bench.script("market.py", what, str(days))
        found = json.loads(cost.output)
        speed = found["bars"] / found["cpu"] / 1e6
        yield Line(f"prices by {what}", speed, target, "M bars / CPU s", cost, found["bars"])
    invest = f"investors={size.investors}"
    options = ("--set", "patterns=none", "--set")
    without, _ = bench.generate(size.traders, size.text, ["trade"], *options, "investors=0")
    whole, rows = bench.generate(size.traders, size.text, ["trade"], *options, invest)
    added = whole.less(without)
    yield Line("trades: what investors add", rows / added.cpu / 1e6, 1.5, UNIT, added, rows)
    yield Line("trades: the whole process", rows / whole.cpu / 1e6, 1.5, UNIT, whole, rows)
    everything = (*EVENTS, "price", "trade")
    cost, rows = bench.generate(size.traders, size.text, everything, *options, invest)
    yield Line("all events and trades", rows / cost.cpu / 1e6, 1.5, UNIT, cost, rows)


def features(bench: Bench) -> Iterator[Line]:
    """Features of nine million payments: computed alone, and written by the command."""
    size = bench.sizes
    world = bench.world(size.users, size.days, ["session", "payment"])
    cost = bench.script("features.py", world)
    for what, target, name in (
        ("windows", 0.3, "features: windows, computed"),
        ("all", 0.3, "features: all, computed"),
    ):
        told = json.loads(cost.output)[what]
        speed = told["rows"] / told["cpu"] / 1e6
        yield Line(name, speed, target, "M rows / CPU s", cost, told["rows"])
    main = "from graphgen.cli import main; main()"
    cost = cost_of([sys.executable, "-c", main, "features", world, "--json"])
    rows = json.loads(cost.output)["rows"]["payment"]
    yield Line("features: written", rows / cost.cpu / 1e6, 0.15, "M rows / CPU s", cost, rows)
    yield Line("memory, features", cost.peak, 2000, "MB", cost, rows, at_most=True)


def learning(bench: Bench) -> Iterator[Line]:
    """Write data sets for learners, of a world of all events: speed, and memory."""
    source = bench.world(bench.sizes.users, bench.sizes.days, EVENTS)
    for form in ("relbench", "amlworld"):
        cost, rows = handed_on(bench, source, form)
        yield Line(f"load {form}", rows / cost.cpu / 1e6, 0.3, "M rows / CPU s", cost, rows)
        yield Line(f"load {form}, memory", cost.peak, 2000, "MB", cost, rows, at_most=True)


def formats(bench: Bench) -> Iterator[Line]:
    """Write the other data sets of the same world, of which no speed is asked: memory."""
    source = bench.world(bench.sizes.users, bench.sizes.days, EVENTS)
    for form, needs in OTHERS.items():
        if needs and find_spec(needs) is None:
            continue
        cost, rows = handed_on(bench, source, form)
        yield Line(f"load {form}, memory", cost.peak, 2000, "MB", cost, rows, at_most=True)


def handed_on(bench: Bench, source: str, form: str) -> tuple[Cost, int]:
    """Write a data set in a form; give what it cost and its rows."""
    place = bench.folder / form
    cost = bench.script("learning.py", source, form, str(place))
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    return cost, int(cost.output)


def compile_loops(bench: Bench) -> None:
    """Run everything that is measured once at a small size: its loops are on disk then."""
    walks = (*EVENTS, "price", "trade")
    for form in ("csv", "jsonl", "parquet"):
        ids = ("--ids", "text") if form == "csv" else ()
        bench.generate(3_000, 30, walks, "--set", "investors=0.6", *ids, to=form)
    world = str(bench.folder / "world")
    bench.script("features.py", world)
    bench.script("population.py", "3000", "habits")
    bench.script("market.py", "days", "60")
    bench.script("market.py", "minutes", "2")
    bench.done.clear()


PARTS = (
    payment, events, workers, population, memory, csv, market, features, learning, formats, long,
)  # fmt: skip
LARGE = ("formats", "long")
"""What is only measured where all is."""
STORES = ("neo4j", "elasticsearch")
"""What can be loaded live."""


def machine() -> str:
    """Say what it was measured on."""
    cpu = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = next(line for line in cpu.splitlines() if line.startswith("model name"))
    libraries = (f"{name} {version(name)}" for name in ("numpy", "pyarrow", "numba"))
    cores = len(os.sched_getaffinity(0))
    return (
        f"{model.partition(':')[2].strip()}, {cores} cores; Python {platform.python_version()}, "
        + ", ".join(libraries)
    )


def live(sizes: Sizes, stores: Sequence[str], *, full: bool) -> None:
    """Print the tables of loads, line by line as they are measured; if `full`, of imports too."""
    from elastic_live import HEADER as ELASTIC
    from elastic_live import lines as elastic_lines
    from live import HEADER as HEADINGS
    from live import lines

    print(machine() + f", neo4j {version('neo4j')}, elasticsearch {version('elasticsearch')}")
    bulk = (sizes.imported, sizes.days) if full else (0, 0)
    for store in stores:
        headings = HEADINGS if store == "neo4j" else ELASTIC
        print(f"\n| {' | '.join(headings)} |\n|---|{'---:|' * (len(headings) - 1)}")
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            size = (sizes.loaded, sizes.text)
            neo4j = store == "neo4j"
            measured = lines(folder, size, bulk) if neo4j else elastic_lines(folder, *size)
            for cells in measured:
                print(f"| {' | '.join(cells)} |", flush=True)


def main(arguments: Sequence[str]) -> None:
    """Print the table, line by line as it is measured."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="toy sizes")
    parser.add_argument(
        "--full", action="store_true", help="the longest world and the other formats too"
    )
    names = [part.__name__ for part in PARTS]
    parser.add_argument("--only", action="append", choices=names, help="some parts; repeats")
    parser.add_argument(
        "--live",
        nargs="*",
        choices=STORES,
        help="instead: loads into real servers, all or these",
    )
    asked = parser.parse_args(arguments)
    if asked.live is not None:
        live(QUICK if asked.quick else Sizes(), asked.live or STORES, full=asked.full)
        return
    chosen = asked.only or [n for n in names if n not in LARGE or asked.full or asked.quick]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(QUICK if asked.quick else Sizes(), Path(folder))
        if not asked.quick:
            compile_loops(bench)
        print(machine() + "\n")
        print(f"| {' | '.join(HEADER)} |\n|---|{'---:|' * (len(HEADER) - 1)}")
        for part in PARTS:
            if part.__name__ in chosen:
                for line in part(bench):
                    print(f"| {' | '.join(line.cells())} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
