"""The same bytes, whoever writes them and whatever happens on the way."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from graphgen.arrow import canonical, to_arrow
from graphgen.dataset import Dataset
from graphgen.exporter import Exporter, FileExporter
from graphgen.generate import Interrupted, Progress, StoreError, generate
from graphgen.pattern import Pattern, named
from graphgen.registry import EXPORTERS, PATTERNS
from graphgen.schema import SCHEMAS
from graphgen.table import Table
from graphgen.world import World

Tables = Mapping[str, Table]
Begin = Callable[..., "subprocess.Popen[str]"]

DAYS = 12
PATIENCE = 60
"""Seconds that a process may take on a busy machine before a test gives up on it."""
WORLD = World(
    users=300,
    days=DAYS,
    patterns={name: PATTERNS.load(name, Pattern)(count=2) for name in named("crime", market=False)},
    investors=0.3,
    walks=("action", "payment", "price", "session", "trade"),
)
FILES = [n for n in EXPORTERS.names() if issubclass(EXPORTERS.load(n, Exporter), FileExporter)]

RUN = """
import sys
from graphgen.exporter import Exporter, FileExporter
from graphgen.generate import Interrupted, generate
from graphgen.pattern import Pattern, named
from graphgen.registry import EXPORTERS, PATTERNS
from graphgen.world import World

folder, names, workers, method, how = sys.argv[1:]
patterns = {name: PATTERNS.load(name, Pattern)(count=2) for name in named("crime", market=False)}
walks = ("action", "payment", "price", "session", "trade")
world = World(users=300, days=12, patterns=patterns, investors=0.3, walks=walks)
sinks = [EXPORTERS.load(n, FileExporter)(f"{folder}/{n}") for n in names.split(",")]
how = {how: True} if how else {}
try:
    generate(world, sinks, workers=int(workers), start_method=method, **how,
             on_progress=lambda p: print(p.stage, p.done, flush=True))
except (ValueError, Interrupted) as error:
    print(error, file=sys.stderr)
    sys.exit(2)
"""


@pytest.fixture
def run(python: Begin) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Begin to write the world, by default as CSV with one worker; what is left is killed."""
    begun = []

    def begin(
        folder: Path,
        names: str = "csv",
        workers: int = 1,
        how: str = "",
        method: str = "fork",
        **environment: str,
    ) -> subprocess.Popen[str]:
        begun.append(python(RUN, str(folder), names, str(workers), method, how, **environment))
        return begun[-1]

    yield begin
    for process in begun:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def done(process: subprocess.Popen[str]) -> None:
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err


def read_until(process: subprocess.Popen[str], line: str) -> None:
    """Read what a process tells of its progress, up to a line."""
    assert process.stdout is not None
    for said in process.stdout:
        if said.strip() == line:
            return
    raise AssertionError(f"it never said {line!r}: {process.communicate()[1]}")


def content(folder: Path) -> dict[str, bytes]:
    """Give every file of a folder, by its path in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def assert_same_files(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> None:
    assert one.keys() == other.keys()
    assert [path for path in one if one[path] != other[path]] == []


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the world in every file format, each in a folder of its name, undisturbed."""
    folder = tmp_path_factory.mktemp("written")
    generate(WORLD, [EXPORTERS.load(n, FileExporter)(str(folder / n)) for n in FILES])
    return folder


@pytest.fixture(scope="module")
def wanted(written: Path) -> dict[str, bytes]:
    return content(written / "csv")


@pytest.mark.parametrize("name", FILES)
def test_what_an_exporter_wrote_is_read_back_as_the_world_s_tables(
    name: str, written: Path, tables_of: Callable[[World], Tables]
) -> None:
    dataset, tables = Dataset(written / name), tables_of(WORLD)
    assert set(dataset.run["tables"]) == set(tables) == set(SCHEMAS) - {"bar", "news", "report"}
    for table, rows in tables.items():
        assert dataset.run["tables"][table] == len(rows)
        expected = canonical(to_arrow(rows), rows.schema)
        read = dataset[table]
        assert read.schema.equals(expected.schema)
        for column in expected.column_names:
            found, right = (
                pa.chunked_array(values.chunks, values.type).cast(_plain(values.type))
                for values in (read[column], expected[column])
            )
            assert found.equals(right), f"{table}.{column}"


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


@pytest.mark.process
@pytest.mark.parametrize(
    ("workers", "method", "seed"),
    [(1, "fork", "0"), (2, "fork", "1"), (4, "fork", "2"), (2, "spawn", "3")],
)
def test_every_exporter_writes_the_same_bytes_for_any_workers_and_any_hash_seed(
    workers: int, method: str, seed: str, written: Path, tmp_path: Path, run: Begin
) -> None:
    done(run(tmp_path, ",".join(FILES), workers, method=method, PYTHONHASHSEED=seed))
    assert_same_files(content(tmp_path), content(written))


def test_another_seed_changes_every_file_with_rows(
    wanted: dict[str, bytes], tmp_path: Path
) -> None:
    generate(replace(WORLD, seed=8), [EXPORTERS.load("csv", FileExporter)(str(tmp_path))])
    other = content(tmp_path)
    some = [path for path in wanted if wanted[path].count(b"\n") > 1]
    same = [path for path in some if wanted[path] == other.get(path)]
    assert same == []


@pytest.mark.process
@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_killed_again_and_again_is_resumed_to_the_same_bytes(
    workers: int, wanted: dict[str, bytes], tmp_path: Path
) -> None:
    chance = random.Random(workers)  # noqa: S311 - moments, not secrets
    kills = finished = 0
    while kills < 8 or not finished:
        root = tmp_path / str(finished)
        child, progress = in_group(lambda tell, root=root: go_on(root, workers, tell=tell))
        for _ in range(chance.randint(0, 4)):
            os.read(progress, 1)
        time.sleep(chance.random() * 0.015)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.close(progress)
        assert status in {0, -signal.SIGKILL}
        kills += status != 0
        _assert_valid_part(root, wanted)
        if _is_begun(root) and json.loads((root / "run.json").read_text())["complete"]:
            finished += 1
            left = content(root)
            # a kill at the very end may leave what only the making needed
            assert_same_files({p: left[p] for p in left if not p.startswith(".graphgen/")}, wanted)


def go_on(root: Path, workers: int, *, tell: Callable[[], object]) -> None:
    generate(WORLD, [csv(root)], workers=workers, resume=True, on_progress=lambda _: tell())


def test_what_is_done_already_is_not_done_again_and_another_world_is_refused(
    wanted: dict[str, bytes], tmp_path: Path
) -> None:
    generate(WORLD, [csv(tmp_path)], resume=True)
    before = (tmp_path / "run.json").stat().st_mtime_ns
    summary = generate(WORLD, [csv(tmp_path)], resume=True)
    assert summary.rows["payment"] > 0
    assert (tmp_path / "run.json").stat().st_mtime_ns == before
    assert_same_files(content(tmp_path), wanted)
    with pytest.raises(StoreError, match=r"another world: seed differs \(7, not 8\); --force"):
        generate(replace(WORLD, seed=8), [csv(tmp_path)], resume=True)
    with pytest.raises(StoreError, match="begun with labels apart, not inline"):
        generate(WORLD, [csv(tmp_path)], resume=True, labels="inline")


def test_either_all_folders_are_begun_or_none(tmp_path: Path) -> None:
    exporters = [csv(tmp_path / "one"), csv(tmp_path / "one")]
    with pytest.raises(StoreError, match="is being written by another process"):
        generate(WORLD, exporters)
    assert content(tmp_path) == {}
    generate(WORLD, [csv(tmp_path / "one")])


@pytest.mark.parametrize(
    ("world", "told"),
    [
        (World(users=0), "users: 0 is not a whole number"),
        (World(days=-1), "days: -1 is not a whole number"),
        (World(walks=("paymnt",)), "no walk called 'paymnt'"),
        (World(patterns={"x": 1}), 'patterns.x: "1" is not a pattern'),  # type: ignore[dict-item]
    ],
)
def test_a_world_that_cannot_be_is_one_line_and_nothing_is_begun(
    world: World, told: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=told):
        generate(world, [csv(tmp_path)])
    assert content(tmp_path) == {}


def csv(root: Path) -> FileExporter:
    exporter: FileExporter = EXPORTERS.load("csv", FileExporter)(str(root))
    return exporter


def in_group(work: Callable[[Callable[[], object]], None]) -> tuple[int, int]:
    """Do some work in a process group of its own; give it, and where a byte tells of each step."""
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setpgid(0, 0)
            work(lambda: os.write(tell, b"."))
        except BaseException:  # noqa: BLE001 - the child must not go on as pytest
            os._exit(1)
        os._exit(0)
    os.close(tell)
    with suppress(OSError):
        os.setpgid(child, child)  # whoever comes first, so that it can be killed at once
    return child, told


def _is_begun(root: Path) -> bool:
    return (root / "run.json").exists()


def _assert_valid_part(root: Path, wanted: Mapping[str, bytes]) -> None:
    """Whatever lies in a place of the dataset is whole and as it should be."""
    if not _is_begun(root):
        return
    for path, there in content(root).items():
        if not path.startswith(".graphgen/") and path not in {"run.json", "README.md"}:
            assert there == wanted[path], path


@pytest.mark.process
@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_ends_at_once_says_how_to_go_on_and_leaves_a_valid_part(
    workers: int, wanted: dict[str, bytes], tmp_path: Path, run: Begin
) -> None:
    root = tmp_path / "csv"
    process = run(tmp_path, workers=workers)
    read_until(process, "events 3")
    os.killpg(process.pid, signal.SIGINT)  # the terminal sends it to all of them
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert len(err.splitlines()) == 1, err
    assert "resume" in err
    assert str(root) in err
    days = int(err.split("after ")[1].split()[0])
    assert 3 <= days < DAYS  # at once: not after the days to come
    _assert_valid_part(root, wanted)
    assert len(list((root / "events" / "payment").iterdir())) >= days
    generate(WORLD, [csv(root)], workers=workers, resume=True)
    assert_same_files(content(root), wanted)


@pytest.mark.process
@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_at_any_moment_is_an_interruption_that_can_be_resumed(
    workers: int, wanted: dict[str, bytes], tmp_path: Path
) -> None:
    chance = random.Random(workers)  # noqa: S311 - moments, not secrets
    stopped = 0
    for number in range(10):
        root = tmp_path / str(number)

        def work(tell: Callable[[], object], root: Path = root) -> None:
            try:
                go_on(root, workers, tell=tell)
            except Interrupted:
                os._exit(3)

        child, progress = in_group(work)
        for _ in range(number):
            os.read(progress, 1)
        time.sleep(chance.random() * 0.02)
        os.killpg(child, signal.SIGINT)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.close(progress)
        # before its first word of progress it is not yet the library's to handle
        assert status in {0, 3} or not number
        stopped += status == 3
        _assert_valid_part(root, wanted)
        if _is_begun(root) and status == 3:
            generate(WORLD, [csv(root)], resume=True)
            assert_same_files(content(root), wanted)
    assert stopped >= 5


def test_a_part_holds_the_days_that_were_committed_and_no_other(
    wanted: dict[str, bytes], tmp_path: Path
) -> None:
    with pytest.raises(_StopError):
        generate(WORLD, [csv(tmp_path)], on_progress=_stop_after(4))
    dates = {str(WORLD.start + timedelta(days=n)) for n in range(4)}
    for event in ("payment", "session", "action"):
        folders = {path.name for path in (tmp_path / "events" / event).iterdir()}
        assert folders == {f"day={day}" for day in dates}
    assert not Dataset(tmp_path).run["complete"]
    _assert_valid_part(tmp_path, wanted)


class _StopError(Exception):
    """A test wants to go no further."""


def _stop_after(days: int) -> Callable[[Progress], None]:
    def tell(progress: Progress) -> None:
        if progress.stage == "events" and progress.done == days:
            raise _StopError

    return tell


@pytest.mark.process
def test_two_processes_cannot_write_one_folder(
    wanted: dict[str, bytes], tmp_path: Path, run: Begin
) -> None:
    first = run(tmp_path)
    read_until(first, "events 2")
    os.kill(first.pid, signal.SIGSTOP)
    try:
        for how in ("", "force", "resume"):
            second = run(tmp_path, how=how)
            _, err = second.communicate(timeout=PATIENCE)
            assert second.returncode == 2
            assert len(err.splitlines()) == 1
            assert "is being written by another process" in err
    finally:
        os.kill(first.pid, signal.SIGCONT)
    done(first)
    assert_same_files(content(tmp_path / "csv"), wanted)


@pytest.mark.process
def test_a_worker_that_dies_is_one_line_and_leaves_what_can_be_resumed(
    wanted: dict[str, bytes], tmp_path: Path, run: Begin
) -> None:
    process = run(tmp_path, workers=2)
    read_until(process, "events 2")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)
    _, err = process.communicate(timeout=PATIENCE)
    if process.returncode:  # it may have been done with its last day
        assert process.returncode == 2
        assert len(err.splitlines()) == 1, err
        assert "worker process ended" in err
        assert "--resume" in err
        assert not any(Path(f"/proc/{child}").exists() for child in children)
        generate(WORLD, [csv(tmp_path / "csv")], resume=True)
    assert_same_files(content(tmp_path / "csv"), wanted)


def test_no_worker_outlives_a_parent_that_was_killed(tmp_path: Path, run: Begin) -> None:
    process = run(tmp_path, workers=2)
    read_until(process, "events 1")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) >= 2
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    until = time.monotonic() + 10
    while any(_lives(child) for child in children):
        assert time.monotonic() < until, "a worker is still there"
        time.sleep(0.02)


def _lives(process: str) -> bool:
    with suppress(OSError):
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    return False


@pytest.mark.parametrize("days", [0, 1, 5])
def test_a_world_of_one_person_has_a_file_for_every_day_and_table(
    days: int, tmp_path: Path
) -> None:
    world = World(users=1, days=days)
    generate(world, [EXPORTERS.load("parquet", FileExporter)(str(tmp_path / "world"))])
    dataset = Dataset(tmp_path / "world")
    assert len(dataset.days) == days
    for name in ("payment", "session", "action", "event_label"):
        assert len(list(tmp_path.glob(f"world/*/{name}/*/*.parquet"))) == days
        assert dataset[name].num_rows == dataset.run["tables"].get(name, 0)
    assert dataset["user"].num_rows == 1


def test_a_day_without_an_event_is_a_file_without_rows(tmp_path: Path) -> None:
    world = World(users=1, days=60, walks=("session",))
    generate(world, [EXPORTERS.load("csv", FileExporter)(str(tmp_path / "world"))])
    dataset = Dataset(tmp_path / "world")
    days = [world.start + timedelta(days=n) for n in range(60)]
    rows = [dataset.run["files"][f"events/session/day={day}/0.csv"]["rows"] for day in days]
    assert 0 in rows
    assert sum(rows) == dataset["session"].num_rows > 0
    assert "payment" not in dataset.run["tables"]


def test_a_disk_that_fills_up_is_one_line_and_what_is_done_is_kept(
    wanted: dict[str, bytes], tmp_path: Path, python: Begin
) -> None:
    # the system refuses to let any file grow beyond this, as a full disk would
    largest = max(
        len(there) for path, there in wanted.items() if path.startswith(("nodes/", "edges/"))
    )
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({largest // 2},) * 2)\n"
    process = python(limited + RUN, str(tmp_path), "csv", "1", "fork", "")
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert len(err.splitlines()) == 1
    assert err.startswith(f"{tmp_path / 'csv'}: no space left; what is done is kept")
    assert "--resume" in err
    generate(WORLD, [csv(tmp_path / "csv")], resume=True)
    assert_same_files(content(tmp_path / "csv"), wanted)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    try:
        tried = subprocess.run(mount, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"cannot mount a small disk: {errno.errorcode.get(error.errno or 0)}")
    if tried.returncode:
        pytest.skip(f"cannot mount a small disk: {tried.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)  # noqa: S607 - found by the PATH


def test_a_disk_that_is_too_small_is_told_before_anything_is_written(small_disk: Path) -> None:
    with pytest.raises(StoreError, match="free") as raised:
        generate(
            replace(WORLD, users=10_000, days=90),
            [EXPORTERS.load("csv", FileExporter)(str(small_disk / "world"))],
        )
    assert "\n" not in str(raised.value)
    assert list(small_disk.iterdir()) == []


def test_a_full_disk_is_told_in_one_line(small_disk: Path) -> None:
    with pytest.raises(StoreError, match="no space left") as raised:
        generate(
            replace(WORLD, days=1), [EXPORTERS.load("csv", FileExporter)(str(small_disk / "world"))]
        )
    assert "\n" not in str(raised.value)
    assert _is_begun(small_disk / "world")


def test_folders_that_stopped_at_different_days_are_finished_together(
    written: Path, tmp_path: Path
) -> None:
    for name, days in (("csv", 3), ("jsonl", 6)):
        with pytest.raises(_StopError):
            generate(
                WORLD,
                [EXPORTERS.load(name, FileExporter)(str(tmp_path / name))],
                on_progress=_stop_after(days),
            )
    sinks = [EXPORTERS.load(name, FileExporter)(str(tmp_path / name)) for name in ("csv", "jsonl")]
    generate(WORLD, sinks, resume=True)
    for name in ("csv", "jsonl"):
        assert_same_files(content(tmp_path / name), content(written / name))


def test_another_world_cannot_go_on_with_what_was_begun(tmp_path: Path) -> None:
    sink = EXPORTERS.load("csv", FileExporter)(str(tmp_path / "csv"))
    with pytest.raises(_StopError):
        generate(WORLD, [sink], on_progress=_stop_after(2))
    before = content(tmp_path)
    for other in (replace(WORLD, seed=8), replace(WORLD, days=13), replace(WORLD, patterns={})):
        with pytest.raises(StoreError, match="another world"):
            generate(other, [sink], resume=True)
    assert_same_files(content(tmp_path), before)


def test_a_world_that_asks_for_more_people_than_there_are_writes_nothing(tmp_path: Path) -> None:
    crowded = {
        name: PATTERNS.load(name, Pattern)(count=5_000) for name in named("crime", market=False)
    }
    for name, pattern in crowded.items():
        with pytest.raises(ValueError, match=name):
            generate(World(users=20, days=5, patterns={name: pattern}), [csv(tmp_path / "world")])
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_was_killed_just_before_it_tidied_up_is_resumed_to_the_end(
    tmp_path: Path,
) -> None:
    one, other = (EXPORTERS.load(name, FileExporter) for name in ("parquet", "csv"))
    sinks = [one(str(tmp_path / "one")), other(str(tmp_path / "other"))]
    world = World(users=60, days=2)
    whole = generate(world, sinks)
    (tmp_path / "one" / ".graphgen").mkdir()
    assert generate(world, sinks, resume=True).rows == whole.rows
    assert not (tmp_path / "one" / ".graphgen").exists()


def test_of_two_folders_the_one_that_was_finished_is_left_alone_when_the_other_goes_on(
    tmp_path: Path,
) -> None:
    one, other = (EXPORTERS.load(name, FileExporter) for name in ("parquet", "csv"))
    sinks = [one(str(tmp_path / "one")), other(str(tmp_path / "other"))]
    world = World(users=60, days=2)
    stop = InterruptedError("here")

    def stop_at_truth(progress: Progress) -> None:
        if progress.stage == "truth":
            raise stop

    generate(world, sinks[:1])
    with pytest.raises(InterruptedError):
        generate(world, sinks[1:], on_progress=stop_at_truth)
    generate(world, sinks, resume=True)
    assert Dataset(tmp_path / "other").run["complete"]
