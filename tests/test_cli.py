from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, get_args, get_origin

import pytest

from graphgen import __version__
from graphgen.cli import main
from graphgen.cli.heed import heeding
from graphgen.config import parse_world_file
from graphgen.dataset import Dataset
from graphgen.exporter import Exporter
from graphgen.fields import fields_of
from graphgen.registry import EXPORTERS, PATTERNS, WALKS, region_names
from graphgen.world import World

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
COMMAND = [sys.executable, "-m", "graphgen"]
TINY = ["--users", "60", "--days", "3"]


@pytest.fixture
def graphgen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Graphgen:
    """Run a command in an empty folder, as if typed."""
    monkeypatch.chdir(tmp_path)
    return Graphgen(capsys, monkeypatch)


class Graphgen:
    """Types a command, and gives its exit code, stdout and stderr."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch

    def __call__(self, *words: str) -> tuple[int, str, str]:
        """Type it; give the exit code, stdout and stderr."""
        self.monkeypatch.setattr(sys, "argv", ["graphgen", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self.capsys.readouterr()
        return int(ended.value.code or 0), out, err

    def done(self, *words: str) -> str:
        """Type what must succeed; give its stdout."""
        code, out, err = self(*words)
        assert code == 0, err
        return out


def test_generate_inspect_and_verify_do_what_they_say(graphgen: Graphgen) -> None:
    summary = graphgen.done("generate", *TINY)
    assert "60 people, 3 days from 2026-01-01, region us, seed 7" in summary
    assert "written to world" in summary
    assert max(map(len, summary.splitlines())) <= 80
    assert "60 people, 3 days" in graphgen.done("inspect", "world")
    code, said, _ = graphgen("verify", "world")
    assert code == 0, said
    assert "BROKEN" not in said


def test_json_is_one_document_on_stdout(graphgen: Graphgen) -> None:
    told = json.loads(graphgen.done("generate", *TINY, "--json"))
    assert told["rows"]["user"] >= 60
    assert told["targets"] == ["world"]
    inspected = json.loads(graphgen.done("inspect", "world", "--json"))
    assert inspected["tables"] == told["rows"]
    assert inspected["world"] == told["world"]
    verified = json.loads(graphgen.done("verify", "world", "--json"))
    assert all(check["ok"] for check in verified["checks"])
    listed = json.loads(graphgen.done("list", "--json"))
    assert list(listed) == ["patterns", "walks", "exporters", "regions"]
    assert json.loads(graphgen.done("describe", "payment", "--json"))
    assert json.loads(graphgen.done("schema", "--json-schema"))["title"]


def test_quiet_prints_nothing(graphgen: Graphgen) -> None:
    assert graphgen("generate", *TINY, "--quiet") == (0, "", "")


def test_options_and_settings_change_a_world_file(graphgen: Graphgen) -> None:
    Path("w.yaml").write_text("users: 50\ndays: 9\nseed: 3\nto: [jsonl:from_file]\n")
    told = json.loads(
        graphgen.done("generate", "w.yaml", "--days", "2", "--set", "decoys=0.5", "--json")
    )
    assert told["targets"] == ["from_file"]
    world = told["world"]
    assert [world[key] for key in ("users", "days", "seed", "decoys")] == [50, 2, 3, 0.5]


def test_a_world_can_be_written_to_several_places_at_once(graphgen: Graphgen) -> None:
    graphgen.done("generate", *TINY, "--to", "parquet:a", "--to", "csv:b", "--to", "jsonl:c")
    first, *others = (Dataset(folder) for folder in "abc")
    for table in first.tables():
        assert all(other[table].equals(first[table]) for other in others), table


def test_now_is_the_day_after_the_last(graphgen: Graphgen) -> None:
    before = datetime.now(UTC).date()
    told = json.loads(graphgen.done("generate", *TINY, "--end", "now", "--json"))
    days = {before, datetime.now(UTC).date()}
    assert told["world"]["start"] in {str(day - timedelta(days=3)) for day in days}


def test_start_and_end_give_the_days(graphgen: Graphgen) -> None:
    span = ["--start", "2025-03-01", "--end", "2025-03-04"]
    told = json.loads(graphgen.done("generate", "--users", "60", *span, "--json"))
    assert (told["world"]["start"], told["world"]["days"]) == ("2025-03-01", 3)


def test_the_world_file_that_init_writes_is_the_default_world(graphgen: Graphgen) -> None:
    graphgen.done("init", "w.yaml")
    assert parse_world_file(Path("w.yaml").read_text()).world == World()
    assert graphgen.done("init", "-") == Path("w.yaml").read_text()


def test_init_never_writes_over_a_file_unasked(graphgen: Graphgen) -> None:
    Path("world.yaml").write_text("users: 5\n")
    assert graphgen("init") == (
        2,
        "",
        "error: world.yaml: there is one already; --force writes over it\n",
    )
    assert Path("world.yaml").read_text() == "users: 5\n"
    graphgen.done("init", "--force")
    assert parse_world_file(Path("world.yaml").read_text()).world == World()


def test_list_names_everything(graphgen: Graphgen) -> None:
    said = graphgen.done("list").split()
    for registry in (PATTERNS, WALKS, EXPORTERS):
        assert set(registry.names()) <= set(said)
    assert set(region_names()) <= set(said)
    assert graphgen.done("list", "regions").split()[:2] == ["regions", region_names()[0]]


@pytest.mark.parametrize("name", ["kiting", "payment", "account", "parquet", "us"])
def test_describe_fits_a_terminal(graphgen: Graphgen, name: str) -> None:
    said = graphgen.done("describe", name)
    assert said.startswith(name)
    assert max(map(len, said.splitlines())) <= 80


WRONG = [
    (["generate", "nowhere.yaml"], "nowhere.yaml: No such file or directory"),
    (["generate", "--users", "0"], "users: 0 is not a whole number from 1 to 100_000_000"),
    (["generate", "--users", "many"], "Invalid value 'many' for '--users'"),
    (["generate", "--usres", "5"], "No such option: --usres"),
    (["generate", "--region", "uk"], "region: no region called 'uk'; there is: "),
    (["generate", "--set", "patterns.kitting.count=3"], "patterns: no pattern called 'kitting'"),
    (["generate", "--set", "users"], "--set users: not KEY=VALUE"),
    (["generate", "--to", "parque:x"], "to: no exporter called 'parque'; did you mean parquet?"),
    (["generate", "--to", "parquet"], "to: 'parquet' has no target; write parquet:TARGET"),
    (["generate", "--to", "csv:x", "--to", "jsonl:x"], "to: two exporters write to 'x'"),
    (["generate", "--to", "csv:x", "--to", "csv:./x"], "to: two exporters write to 'x'"),
    (
        ["generate", "--users", "100", "--set", "patterns.shared_device.count=20_000_000"],
        "shared_device: 20,000,000 cases, with 100 people; ask for fewer",
    ),
    (
        ["generate", "--users", "100", "--set", "patterns.shared_device.count=100"],
        "are needed, the world has ",
    ),
    (["generate", "--start", "monday"], "--start: 'monday' is not a date as YYYY-MM-DD, or now"),
    (["generate", "--end", "2026-02-30"], "--end: '2026-02-30' is not a date"),
    (["generate", "--end", "0001-01-02"], "--end: 0001-01-02 less 90 days is no date"),
    (
        ["generate", "--start", "2026-02-02", "--end", "2026-02-01"],
        "--end: 2026-02-01 is before 2026-02-02",
    ),
    (
        ["generate", "--start", "2026-02-01", "--end", "2026-02-04", "--days", "5"],
        "--end: 2026-02-01 to 2026-02-04 is 3 days, not 5; leave out one",
    ),
    (["generate", "--workers", "0"], "Invalid value '0' for '--workers'"),
    (["generate", "--labels", "outside"], "Invalid value for '--labels'"),
    (["generate", "--users", "9", "--set", "patterns.kiting.count=99"], "kiting"),
    (["generate", "--home-bank", "B1"], "--home-bank: is nothing to parquet:world; leave it out"),
    (
        ["generate", "--connections", "0"],
        "Invalid value '0' for '--connections'",
    ),
    (["generate", "--format", "xml"], "'xml' is not one of 'csv', 'parquet'."),
    (["describe", "kitting"], "nothing is called 'kitting'; did you mean kiting? there is: "),
    (["describe"], "Missing argument 'NAME'"),
    (["list", "pattern"], "Invalid value for "),
    (["inspect", "nowhere"], "nowhere: "),
    (["verify", "nowhere"], "nowhere: "),
    (["grow"], "No such command 'grow'. There is: generate, "),
    (["generate", "--resume", "--force"], "resume goes on with what is there, force replaces"),
    (["init", "nowhere/w.yaml"], "nowhere/w.yaml: No such file or directory"),
]


@pytest.mark.parametrize(("words", "said"), WRONG, ids=[" ".join(words) for words, _ in WRONG])
def test_a_wrong_request_is_one_line_and_leaves_nothing_behind(
    graphgen: Graphgen, words: list[str], said: str
) -> None:
    code, out, err = graphgen(*words)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert said in err
    assert err.count("\n") == 1
    assert list(Path().iterdir()) == []


def test_a_folder_that_is_not_empty_is_left_alone(graphgen: Graphgen) -> None:
    Path("world").mkdir()
    Path("world/diary.txt").write_text("mine")
    code, out, err = graphgen("generate", *TINY)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert [path.name for path in Path("world").iterdir()] == ["diary.txt"]


def test_a_broken_dataset_fails_verification(graphgen: Graphgen) -> None:
    graphgen.done("generate", *TINY, "--quiet")
    next(Path("world/events/payment").rglob("*.parquet")).unlink()
    code, out, _ = graphgen("verify", "world")
    assert code == 1
    assert "BROKEN" in out


def test_version_is_the_packages(graphgen: Graphgen) -> None:
    assert graphgen.done("--version") == f"graphgen {__version__}\n"


def test_the_command_can_be_run_as_a_module(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["graphgen", "--version"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("graphgen", run_name="__main__", alter_sys=True)
    assert not ended.value.code
    assert capsys.readouterr().out == f"graphgen {__version__}\n"


def test_a_ctrl_c_that_other_code_swallows_is_heeded_at_the_next_step() -> None:
    told: list[int] = []
    with heeding(told.append) as tell:
        tell(1)
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            tell(2)
    assert told == [1]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_error_that_comes_of_a_ctrl_c_is_told_as_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where it hits an extension module's import, Python raises the module's own error."""

    def importing(*, standalone_mode: bool) -> None:
        with suppress(KeyboardInterrupt), heeding(None):
            signal.raise_signal(signal.SIGINT)
        raise ImportError(f"a module failed to import, {standalone_mode}")

    monkeypatch.setattr("graphgen.cli.app", importing)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "stopped\n"


@pytest.mark.process
def test_a_ctrl_c_during_the_first_imports_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt")
    paths = {**os.environ, "PYTHONPATH": str(tmp_path)}
    ran = subprocess.run(
        [*COMMAND, "--version"], capture_output=True, text=True, check=False, env=paths
    )
    assert (ran.returncode, ran.stderr) == (130, "stopped\n")


@pytest.mark.process
def test_a_ctrl_c_after_all_is_done_changes_nothing() -> None:
    code = (
        "import atexit, os, signal, sys\n"
        "import graphgen.__main__ as begun\n"
        "atexit.register(os.kill, os.getpid(), signal.SIGINT)\n"
        "sys.argv = ['graphgen', '--version']\n"
        "begun.main()"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_help_imports_nothing_heavy() -> None:
    """A promise of 0.3 s holds on any machine if only Typer and Rich are imported."""
    heavy = ["numpy", "pyarrow", "numba", "duckdb", "polars", "networkx", "pydantic", "yaml"]
    script = (
        "import sys; sys.argv = ['graphgen', '--help']\n"
        "from graphgen.cli import main\n"
        "try: main()\n"
        f"finally: print('imported:', [m for m in {heavy} if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.endswith("imported: []\n")


@pytest.mark.process
@pytest.mark.parametrize("name", EXPORTERS.names())
def test_a_field_of_an_exporter_is_an_option_with_its_docstring(
    graphgen: Graphgen, name: str
) -> None:
    fields = [
        field for field in fields_of(EXPORTERS.load(name, Exporter)) if field.name != "target"
    ]
    _, out, _ = graphgen("generate", "--help")
    told = " ".join(out.replace("│", " ").split())
    for field in fields:
        assert field.doc, field.name
        assert f"--{field.name.replace('_', '-')} " in told
        assert field.doc in told


def test_exporters_mean_the_same_kind_of_value_by_an_option_of_one_name() -> None:
    kinds: dict[str, set[object]] = {}
    for cls in EXPORTERS.usable(Exporter).values():
        for field in fields_of(cls):
            plain = get_args(field.hint)[0] if get_origin(field.hint) is Annotated else field.hint
            kinds.setdefault(field.name, set()).add(get_origin(plain) or plain)
    assert [name for name, some in kinds.items() if len(some) > 1] == []


def test_piped_output_is_plain_text(tmp_path: Path) -> None:
    for words in (["generate", *TINY], ["list"], ["describe", "kiting"], ["--help"]):
        ran = subprocess.run(
            [*COMMAND, *words], capture_output=True, text=True, check=True, cwd=tmp_path
        )
        assert "\x1b" not in ran.stdout + ran.stderr


@pytest.mark.process
def test_ctrl_c_says_how_to_go_on_and_resume_does(tmp_path: Path) -> None:
    words = [*COMMAND, "generate", "--users", "100", "--days", "120"]
    running = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    walked = tmp_path / "world" / "events" / "payment"
    deadline = time.monotonic() + 60
    while not walked.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(running.pid, signal.SIGINT)
    _, err = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "--resume" in err
    assert err.count("\n") == 1
    assert not Dataset(tmp_path / "world").run["complete"]
    subprocess.run([*words, "--resume"], check=True, capture_output=True, cwd=tmp_path)
    assert Dataset(tmp_path / "world").run["complete"]


@pytest.mark.process
@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_runs_and_keeps_its_promises(graphgen: Graphgen, path: Path) -> None:
    told = json.loads(graphgen.done("generate", str(path), "--json"))
    for folder in told["targets"]:
        code, said, _ = graphgen("verify", folder)
        assert code == 0, said


def test_shift_says_by_how_much_and_what_no_longer_fits(graphgen: Graphgen) -> None:
    graphgen.done("generate", *TINY, "--quiet")
    said = graphgen.done("shift", "world", "--end", "2026-11-29")
    assert "world moved by 47 weeks: it is 2026-11-26 to 2026-11-28" in said
    assert "what no longer fits:" in said
    assert "days of the month" in said
    assert "nothing to do: world is" in graphgen.done("shift", "world", "--end", "2026-11-29")
    told = json.loads(graphgen.done("shift", "world", "--end", "2026-01-04", "--json"))
    assert (told["weeks"], told["since_made"], told["misfits"]) == (-47, 0, [])


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("nowhere", "--end", "now"), "nowhere: no dataset; graphgen generate"),
        (("world", "--end", "soon"), "--end: 'soon' is not a date as YYYY-MM-DD, or now"),
        (("world", "--end", "now", "--blind"), "world: is no store's URL; options of stores"),
        (("es://h:9200", "--end", "now"), "a store is moved by loading it again; --dataset"),
        (("world", "--end", "9999-12-31", "--dataset", "x"), "world: is no store's URL"),
    ],
)
def test_what_cannot_be_shifted_is_one_line(
    graphgen: Graphgen, words: tuple[str, ...], line: str
) -> None:
    code, _, said = graphgen("shift", *words)
    assert code == 2
    assert line in said
    assert said.count("\n") == 1


def test_es_assets_are_named_as_they_are_written(graphgen: Graphgen) -> None:
    said = graphgen.done("es", "assets", "kibana", "--prefix", "mine")
    assert said.split() == [
        f"kibana/{name}"
        for name in ("kibana.ndjson", "rules.ndjson", "transforms.json", "transforms.console")
    ]
    assert '"title": "mine-payment"' in Path("kibana/kibana.ndjson").read_text("utf-8")
