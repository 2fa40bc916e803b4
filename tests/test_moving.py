from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from graphgen import Dataset
from graphgen.config import world_from_dict
from graphgen.dataset import DatasetError
from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.moving import move, shift
from graphgen.registry import EXPORTERS
from graphgen.schema import Meaning
from graphgen.twin import twin
from graphgen.verify import verify

WALKS = ["session", "action", "payment", "price", "trade", "news"]
# a leap day and the beginning of summer time in it
GROWN = {
    "users": 40,
    "days": 13,
    "start": "2024-02-28",
    "investors": 0.3,
    "walks": WALKS,
    "patterns": {"kiting": {"count": 1}, "wash_trading": {"count": 1}},
}
END = date(2026, 11, 29)
FORMS = [("parquet", "int"), ("parquet", "text"), ("csv", "text"), ("jsonl", "text")]
KILLED = """
import os, pathlib, signal, sys
from datetime import date
from graphgen.moving import shift
left, replace = [int(sys.argv[2])], pathlib.Path.replace
def counted(self, target):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(self, target)
pathlib.Path.replace = counted
rename = pathlib.Path.rename
def renamed(self, target):
    if left[0] == 0 and self.name == "beside":
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(self, target)
pathlib.Path.rename = renamed
shift(sys.argv[1], date(2026, 11, 29))
"""


def written(folder: Path, form: str = "parquet", ids: str = "int", **changed: object) -> Path:
    """Write the world into a folder."""
    sink = EXPORTERS.load(form, FileExporter)(str(folder), ids=ids)
    generate(world_from_dict({**GROWN, **changed}), [sink])
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the world as it was made; a test copies it."""
    return written(tmp_path_factory.mktemp("moving") / "world")


def copied(made: Path, to: Path) -> Path:
    subprocess.run(["cp", "-r", str(made), str(to)], check=True)  # noqa: S607
    return to


def assert_moved(before: Dataset, after: Dataset, weeks: int) -> None:
    """Every time of each table is later by so many weeks, and nothing else differs."""
    assert before.tables() == after.tables()
    for name in before.tables():
        old, new = before[name], after[name]
        for column in before.schema(name).columns:
            was, now = old[column.name].combine_chunks(), new[column.name].combine_chunks()
            if column.meaning is Meaning.TIME:
                later = pa.scalar(timedelta(weeks=weeks), pa.duration("ms"))
                was = pc.add(was, later)
            if column.name != "url":
                assert was.equals(now), f"{name}.{column.name}"


@pytest.mark.parametrize(("form", "ids"), FORMS)
def test_every_time_moves_by_whole_weeks_in_every_form(
    tmp_path: Path, made: Path, form: str, ids: str
) -> None:
    world = written(tmp_path / "world", form, ids)
    moved = shift(world, END)
    assert moved.start == date(2024, 2, 28) + timedelta(weeks=moved.weeks)
    assert END - timedelta(days=7) < moved.end <= END
    assert_moved(Dataset(made), Dataset(world), moved.weeks)
    days = {path.parent.name for path in Dataset(world).files("payment")}
    assert days == {f"day={day}" for day in Dataset(world).days}
    assert {path.name for path in (world / "events" / "payment").iterdir()} == days


def test_what_was_moved_keeps_its_promises(tmp_path: Path, made: Path) -> None:
    world = copied(made, tmp_path / "world")
    shift(world, END)
    broken = [check for check in verify(world) if not check.ok]
    assert broken == []


def test_a_time_that_is_changed_after_the_move_is_found(tmp_path: Path) -> None:
    world = written(tmp_path / "world", "csv", "text")
    shift(world, END)
    path = Dataset(world).files("payment")[3]
    text = path.read_text("utf-8")
    second = text.splitlines()[1]
    path.write_text(text.replace(second, second.replace("T0", "T1", 1).replace("T2", "T1", 1)))
    assert {check.name for check in verify(world) if not check.ok} >= {"digests"}


def test_moving_twice_does_nothing_more(tmp_path: Path, made: Path) -> None:
    world = copied(made, tmp_path / "world")
    first = shift(world, END)
    told = (world / "run.json").read_bytes()
    second = shift(world, END)
    assert (second.weeks, second.since_made, second.misfits) == (
        0, first.weeks, first.misfits,
    )  # fmt: skip
    assert (world / "run.json").read_bytes() == told


def test_moving_there_and_back_gives_the_same_rows(tmp_path: Path, made: Path) -> None:
    world = copied(made, tmp_path / "world")
    move(world, 30)
    move(world, -30)
    assert_moved(Dataset(made), Dataset(world), 0)
    assert Dataset(world).run["start"] == Dataset(made).run["start"]
    assert "moved" not in Dataset(world).run
    assert (world / "README.md").read_bytes() == (made / "README.md").read_bytes()


@pytest.mark.process
@pytest.mark.parametrize("moves", [0, 1, 40, 120])
def test_a_move_that_is_killed_leaves_one_or_the_other_and_is_ended_by_the_next(
    tmp_path: Path, made: Path, moves: int
) -> None:
    world = copied(made, tmp_path / "world")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(world), str(moves)], check=False)
    assert killed.returncode == -9
    before = json.loads((made / "run.json").read_text("utf-8"))
    assert json.loads((world / "run.json").read_text("utf-8")) == before
    shift(world, END)
    other = copied(made, tmp_path / "other")
    shift(other, END)
    assert (world / "run.json").read_bytes() == (other / "run.json").read_bytes()
    assert_moved(Dataset(other), Dataset(world), 0)
    assert not (world / ".graphgen").exists()


def test_it_says_which_holidays_and_clocks_no_longer_fit(tmp_path: Path, made: Path) -> None:
    world = copied(made, tmp_path / "world")
    moved = shift(world, END)
    told = "\n".join(moved.misfits)
    assert moved.start == date(2026, 11, 11)
    assert "2026-11-11" in told  # Veterans Day
    assert "utc_offset" in told
    assert "2024-02-28" in told
    assert shift(world, date(2024, 3, 12)).misfits == ()  # where it was made all fits


def test_a_web_address_has_the_day_of_its_article(tmp_path: Path, made: Path) -> None:
    world = copied(made, tmp_path / "world")
    shift(world, END)
    rows = Dataset(world).sql("SELECT time, url FROM news").fetchall()
    assert rows
    assert all(f"/{time:%Y/%m/%d}/" in url for time, url in rows)


def test_a_twin_of_what_was_moved_lies_beside_it(tmp_path: Path, made: Path) -> None:
    world = copied(made, tmp_path / "world")
    shift(world, END)
    twin(world, tmp_path / "twin")
    assert Dataset(tmp_path / "twin").run["start"] == Dataset(world).run["start"]


def test_a_file_that_was_changed_is_refused(tmp_path: Path, made: Path) -> None:
    world = copied(made, tmp_path / "world")
    path = Dataset(world).files("user")[0]
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(DatasetError, match=r"user\.parquet: is not as run\.json tells"):
        shift(world, END)
