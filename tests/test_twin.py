"""A world and its twin: what is listed as different is what crimes did, and what follows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from graphgen import Dataset
from graphgen.cli import app
from graphgen.dataset import DatasetError
from graphgen.difference import Difference, difference
from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.pattern import Pattern
from graphgen.registry import EXPORTERS, PATTERNS
from graphgen.twin import twin
from graphgen.world import World

PLANTED = {"kiting": 3, "shared_device": 2}
WORLD = World(
    users=400,
    days=20,
    patterns={name: PATTERNS.load(name, Pattern)(count=n) for name, n in PLANTED.items()},
)


def write(world: World, folder: Path, form: str = "parquet") -> Path:
    generate(world, [EXPORTERS.load(form, FileExporter)(str(folder))])
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(WORLD, tmp_path_factory.mktemp("whole") / "world")


@pytest.fixture(scope="module")
def innocent(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("twin") / "world"
    twin(whole, folder)
    return folder


def kinds(found: list[Difference], table: str) -> set[str]:
    return {each.what for each in found if each.table == table}


def test_a_twin_has_no_crime_and_all_its_look_alikes(whole: Path, innocent: Path) -> None:
    count = 'SELECT count(*) FILTER (is_fraud), count(*) FILTER (NOT is_fraud) FROM "case"'
    assert Dataset(whole).sql(count).fetchall() == [(5, 5)]
    assert Dataset(innocent).sql(count).fetchall() == [(0, 5)]
    assert Dataset(innocent).run["world"]["leave_out"] == "crimes"


def test_what_differs_is_what_crimes_did_and_what_follows(whole: Path, innocent: Path) -> None:
    found, _ = difference(whole, innocent)
    assert kinds(found, "payment") <= {
        *("crime", "balance", "status", "amount", "later leg", "unfunded")
    }
    assert {"crime", "balance"} <= kinds(found, "payment")
    assert kinds(found, "session") == kinds(found, "action") == {"crime"}
    crimes = Dataset(whole).sql(
        "SELECT count(*) FROM event_label WHERE is_fraud AND event = 'payment'"
    )
    listed = sum(e.only_first for e in found if (e.table, e.what) == ("payment", "crime"))
    assert [(listed,)] == crimes.fetchall()
    assert not any(each.only_second for each in found if each.what == "crime")


def test_what_is_told_of_a_payment_that_changed_says_how(whole: Path, innocent: Path) -> None:
    _, rows = difference(whole, innocent)
    told = rows.filter("table_name = 'payment'").project("side, details").fetchall()
    assert told
    for side, details in told:
        first, bar, second = details.partition(" | ")
        assert bool(bar) == (side == "both")
        assert second != first.partition(" ")[2]  # but for the rail


def test_nodes_and_observed_edges_differ_in_what_a_crime_used_alone(
    whole: Path, innocent: Path
) -> None:
    found, _ = difference(whole, innocent)
    assert {each.table for each in found if each.what == "row"} <= {"uses_device", "uses_ip"}


def test_a_twin_without_look_alikes_keeps_its_crimes(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "twin"
    twin(whole, folder, without="lookalikes")
    found, _ = difference(whole, folder)
    assert "crime" not in kinds(found, "payment")
    assert "look-alike" in kinds(found, "payment")


def test_a_dataset_does_not_differ_from_itself_in_whatever_files(
    whole: Path, tmp_path: Path
) -> None:
    assert difference(whole, whole)[0] == []
    assert difference(whole, write(WORLD, tmp_path / "lines", "jsonl"))[0] == []


def test_a_changed_amount_is_found(whole: Path, tmp_path: Path) -> None:
    other = write(WORLD, tmp_path / "csv", "csv")
    day = sorted((other / "events" / "payment").glob("*/0.csv"))[3]
    head, first, *rest = day.read_text(encoding="utf-8").splitlines()
    place = head.split(",").index("amount_minor")
    cells = first.split(",")
    cells[place] = str(int(cells[place]) + 1)
    day.write_text("\n".join([head, ",".join(cells), *rest]) + "\n", encoding="utf-8")
    found, rows = difference(whole, other)
    assert [(each.table, each.what, each.only_first) for each in found] == [
        ("payment", "amount", 1)
    ]
    assert len(rows.fetchall()) == 1


def test_a_twin_has_no_twin_and_two_worlds_are_not_compared(
    whole: Path, innocent: Path, tmp_path: Path
) -> None:
    with pytest.raises(DatasetError, match="has no crimes itself"):
        twin(innocent, tmp_path / "twin")
    other = write(World(users=5, days=20, seed=8, patterns={}), tmp_path / "other")
    with pytest.raises(DatasetError, match="seed 8 is not 7"):
        difference(whole, other)


def test_the_command_line_writes_a_twin_and_lists_the_difference(
    whole: Path, tmp_path: Path
) -> None:
    run = CliRunner()
    folder = tmp_path / "twin"
    made = run.invoke(app, ["twin", str(whole), str(folder), "--quiet"])
    assert made.exit_code == 0, made.output
    told = run.invoke(app, ["diff", str(whole), str(folder), "--json", "--limit", "3"])
    document = json.loads(told.stdout)
    assert len(document["rows"]) == 3
    assert {"table", "what", "pattern", "only_first", "only_second"} == set(
        document["differences"][0]
    )
    shown = run.invoke(app, ["diff", str(whole), str(folder)])
    assert "kiting" in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 80
