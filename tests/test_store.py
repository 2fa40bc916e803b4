"""A dataset in the making survives what happens to it, and harms nobody else's files."""

from __future__ import annotations

import json
import os
import pickle
import resource
import signal
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from graphgen.exporter import FileExporter
from graphgen.registry import EXPORTERS
from graphgen.run_record import Run
from graphgen.schema import SCHEMAS
from graphgen.store import Store, StoreError
from graphgen.table import Table

DAYS = 3
RUN = Run({"users": 1}, seed=7, start=date(2026, 1, 30), days=DAYS, command="graphgen generate")


def csv(root: Path) -> FileExporter:
    exporter: FileExporter = EXPORTERS.load("csv", FileExporter)(str(root))
    return exporter


def sessions(day: int, rows: int = 5) -> Table:
    number = np.arange(rows) + 1_000_000_000
    return Table(
        SCHEMAS["session"],
        {
            "session_id": number + 100 * day,
            "time": number + day * 86_400_000,
            "utc_offset": np.zeros(rows, np.int16),
            "user_id": number,
            "device_id": number,
            "ip_id": number,
            "duration_ms": np.arange(rows, dtype=np.int32),
        },
    )


def emails() -> Table:
    import pyarrow as pa

    return Table(
        SCHEMAS["email"],
        {"email_id": np.array([1_234_567_890]), "address": pa.array(["a@example.org"])},
    )


def make(root: Path, *, resume: bool = False, until: int = DAYS) -> None:
    """Make a small dataset as a run does; with `resume`, what is missing of it."""
    exporter = csv(root)
    with Store.resume(root, exporter) if resume else Store.create(root, exporter, RUN) as store:
        if "nodes/email.csv" not in store.committed:
            store.commit([store.stage(emails())])
        for day in range(store.next_day, until):
            if day:
                assert store.checkpoint_path(day - 1).read_text() == f"ledger {day - 1}"
            state = store.root / ".graphgen" / "state"
            state.write_text(f"ledger {day}")
            store.commit([store.stage(sessions(day), day)], day, state)
        if until == DAYS:
            store.finish()


def content(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def in_child(work: Callable[[], object]) -> int:
    """Do some work in a forked process, and give how it ended."""
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException:  # noqa: BLE001 - the child must not go on as pytest
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    root = tmp_path_factory.mktemp("whole") / "world"
    make(root)
    return content(root)


def test_a_finished_folder_holds_the_dataset_and_nothing_else(finished: dict[str, bytes]) -> None:
    assert sorted(finished) == [
        "README.md",
        "events/session/day=2026-01-30/0.csv",
        "events/session/day=2026-01-31/0.csv",
        "events/session/day=2026-02-01/0.csv",
        "nodes/email.csv",
        "run.json",
    ]
    run = json.loads(finished["run.json"])
    assert run["complete"]
    assert run["tables"] == {"email": 1, "session": 15}
    assert run["files"]["nodes/email.csv"]["bytes"] == len(finished["nodes/email.csv"])


@pytest.mark.process
def test_a_run_killed_at_any_moment_is_resumed_to_the_same_bytes(
    tmp_path: Path, finished: dict[str, bytes]
) -> None:
    def killed_after(root: Path, calls: int) -> None:
        left = [calls]

        def count(event: str, _: object) -> None:
            if event.startswith(("os.", "open")):
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        make(root)

    for calls in range(10_000):
        root = tmp_path / str(calls)
        status = in_child(lambda: killed_after(root, calls))  # noqa: B023 - it is over by then
        run = root / "run.json"
        begun = run.exists()
        if not begun or not json.loads(run.read_text())["complete"]:
            make(root, resume=begun)
        left = {name: data for name, data in content(root).items() if ".graphgen" not in name}
        assert left == finished, f"killed after {calls} calls"
        if status == 0:
            break
    assert calls > 50


def test_resume_goes_on_at_the_first_day_that_is_not_committed(tmp_path: Path) -> None:
    make(tmp_path / "w", until=2)
    with Store.resume(tmp_path / "w", csv(tmp_path / "w")) as store:
        assert store.next_day == 2
        assert sorted(store.committed) == [
            "events/session/day=2026-01-30/0.csv",
            "events/session/day=2026-01-31/0.csv",
            "nodes/email.csv",
        ]


def test_a_journal_whose_last_line_is_torn_loses_that_line_only(
    tmp_path: Path, finished: dict[str, bytes]
) -> None:
    root = tmp_path / "w"
    make(root, until=2)
    with (root / ".graphgen" / "journal.jsonl").open("a") as journal:
        journal.write('{"day": 2, "fil')
    make(root, resume=True)
    assert content(root) == finished


def test_days_are_committed_in_order(tmp_path: Path) -> None:
    with (
        Store.create(tmp_path / "w", csv(tmp_path), RUN) as store,
        pytest.raises(ValueError, match="day 1 cannot be committed: day 0 is next"),
    ):
        store.commit([store.stage(sessions(1), 1)], 1)


def test_the_last_two_checkpoints_are_kept(tmp_path: Path) -> None:
    make(tmp_path / "w", until=3 - 1)
    own = tmp_path / "w" / ".graphgen"
    assert sorted(p.name for p in own.glob("*.bin")) == ["checkpoint-0.bin", "checkpoint-1.bin"]


def test_two_runs_cannot_write_one_folder(tmp_path: Path) -> None:
    root = tmp_path / "w"
    with Store.create(root, csv(root), RUN):
        with pytest.raises(StoreError, match="is being written by another process"):
            Store.resume(root, csv(root))
        for force in (False, True):
            with pytest.raises(StoreError, match="is being written by another process"):
                Store.create(root, csv(root), RUN, force=force)
    Store.resume(root, csv(root)).close()


def test_a_killed_run_frees_its_folder_though_its_workers_live(tmp_path: Path) -> None:
    root = tmp_path / "w"
    reader, writer = os.pipe()

    def run_and_die() -> None:
        store = Store.create(root, csv(root), RUN)
        worker = os.fork()
        if not worker:
            time.sleep(20)
            os._exit(0)
        os.write(writer, f"{worker:20d}".encode())
        assert store.next_day == 0
        os.kill(os.getpid(), signal.SIGKILL)

    in_child(run_and_die)
    worker = int(os.read(reader, 20))
    try:
        Store.resume(root, csv(root)).close()
    finally:
        os.kill(worker, signal.SIGKILL)


def test_staging_can_be_sent_to_another_process(tmp_path: Path) -> None:
    with Store.create(tmp_path / "w", csv(tmp_path), RUN) as store:
        stage = pickle.loads(pickle.dumps(store.stage))  # noqa: S301 - its own
        store.commit([pickle.loads(pickle.dumps(stage(sessions(0), 0)))], 0)  # noqa: S301
        assert (tmp_path / "w" / "events" / "session" / "day=2026-01-30" / "0.csv").exists()


def test_a_folder_with_other_things_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    for force in (False, True):
        with pytest.raises(StoreError, match="is not empty, and no dataset of graphgen"):
            Store.create(tmp_path, csv(tmp_path), RUN, force=force)
    assert content(tmp_path) == {"letter.txt": b"dear"}


def test_force_removes_the_old_dataset_and_nothing_else(
    tmp_path: Path, finished: dict[str, bytes]
) -> None:
    root = tmp_path / "w"
    make(root)
    (root / "nodes" / "mine.txt").write_text("mine")
    with pytest.raises(StoreError, match="holds a dataset; replace it with --force"):
        Store.create(root, csv(root), RUN)
    assert content(root) == {**finished, "nodes/mine.txt": b"mine"}
    Store.create(root, csv(root), RUN, force=True).close()
    left = [name for name in content(root) if ".graphgen" not in name]
    assert sorted(left) == ["nodes/mine.txt", "run.json"]
    make(root, resume=True)
    assert content(root) == {**finished, "nodes/mine.txt": b"mine"}


def test_force_does_not_follow_a_dataset_out_of_its_folder(tmp_path: Path) -> None:
    root = tmp_path / "w"
    make(root)
    (tmp_path / "precious").write_text("mine")
    run = json.loads((root / "run.json").read_text())
    run["files"]["../precious"] = {"rows": 0, "bytes": 0, "sha256": ""}
    (root / "run.json").write_text(json.dumps(run))
    Store.create(root, csv(root), RUN, force=True).close()
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_foreign_file_in_a_table_s_place_is_not_overwritten(tmp_path: Path) -> None:
    with Store.create(tmp_path / "w", csv(tmp_path), RUN) as store:
        (tmp_path / "w" / "nodes").mkdir()
        (tmp_path / "w" / "nodes" / "email.csv").write_text("mine")
        with pytest.raises(StoreError, match="a file that is not graphgen's"):
            store.commit([store.stage(emails())])
    assert (tmp_path / "w" / "nodes" / "email.csv").read_text() == "mine"


def test_an_unfinished_dataset_is_not_replaced_unasked(tmp_path: Path) -> None:
    make(tmp_path / "w", until=1)
    with pytest.raises(StoreError, match="unfinished dataset; go on with --resume, or replace"):
        Store.create(tmp_path / "w", csv(tmp_path), RUN)


def test_there_is_nothing_to_resume_in_a_folder_without_an_unfinished_dataset(
    tmp_path: Path,
) -> None:
    with pytest.raises(StoreError, match="there is no dataset of graphgen to go on with"):
        Store.resume(tmp_path, csv(tmp_path))
    make(tmp_path / "w")
    with pytest.raises(StoreError, match="is complete; there is nothing to go on with"):
        Store.resume(tmp_path / "w", csv(tmp_path))


def test_a_dataset_is_resumed_in_the_format_that_it_was_begun_in(tmp_path: Path) -> None:
    make(tmp_path / "w", until=1)
    jsonl = EXPORTERS.load("jsonl", FileExporter)(str(tmp_path))
    with pytest.raises(StoreError, match="begun as csv with ids as int, not jsonl int"):
        Store.resume(tmp_path / "w", jsonl)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "w").write_text("")
    with pytest.raises(StoreError, match="w: is a file; a folder is needed"):
        Store.create(tmp_path / "w", csv(tmp_path), RUN)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as told:
        Store.create(tmp_path / "file" / "w", csv(tmp_path), RUN)
    assert "\n" not in str(told.value)


def test_too_little_disk_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"about 1,000,000,000\.0 GB are needed, .* GB are free"):
        Store.create(tmp_path / "w", csv(tmp_path), RUN, need_bytes=10**18)
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize("name", ["parquet", "csv", "jsonl"])
def test_a_disk_that_fills_up_is_one_line_and_the_dataset_can_be_resumed(
    tmp_path: Path, name: str
) -> None:
    root = tmp_path / "w"
    exporter = EXPORTERS.load(name, FileExporter)(str(root))

    def filled_up() -> None:
        with Store.create(root, exporter, RUN) as store:
            store.commit([store.stage(sessions(0), 0)], 0)
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))
            with pytest.raises(StoreError, match="no space left; what is done is kept: free some"):
                store.stage(sessions(1, rows=20_000), 1)

    assert in_child(filled_up) == 0
    with Store.resume(root, exporter) as store:
        assert store.next_day == 1
        store.commit([store.stage(sessions(1), 1)], 1)


def test_run_json_differs_between_two_runs_of_a_world_in_the_command_alone(tmp_path: Path) -> None:
    make(tmp_path / "here")
    with Store.create(tmp_path / "there", csv(tmp_path), Run(**{**vars(RUN), "command": "x"})) as s:
        s.commit([s.stage(emails())])
        for day in range(DAYS):
            s.commit([s.stage(sessions(day), day)], day)
        s.finish()
    here, there = (json.loads((tmp_path / w / "run.json").read_text()) for w in ("here", "there"))
    assert here.pop("command") != there.pop("command")
    assert here == there
