"""Other packages' patterns: what the page on them shows works; what is broken breaks alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from graphgen import registry
from graphgen.config import parse_world_file
from graphgen.dataset import Dataset
from graphgen.describe import broken
from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.grow import grow
from graphgen.json_schema import world_file
from graphgen.pattern import Pattern, TooFewError, named
from graphgen.registry import EXPORTERS, PATTERNS, BrokenError
from graphgen.report import report
from graphgen.verify import verify
from graphgen.verify.cases import statements
from graphgen.world import World, all_patterns

PAGE = Path(__file__).resolve().parent.parent / "docs" / "fraud.md"

HEAD = """
from dataclasses import dataclass
from typing import ClassVar

from graphgen.pattern import Pattern


@dataclass(frozen=True)
class Plain(Pattern):
    prevalence: ClassVar[float] = 1.0

    def plant(self, graph, rng):
        {plant}

    def plant_lookalike(self, graph, rng):
        return iter(())
"""
WHOLE = HEAD.format(plant="return iter(())")

BROKEN = {
    "ends": ("import sys; sys.exit(3)", r"SystemExit: 3"),
    "imports": ("import not_there", r"ModuleNotFoundError: No module named 'not_there'"),
    "spelled": ("def (:", r"SyntaxError: invalid syntax"),
    "raises": ("{}['key']", r"KeyError: 'key'"),
    "classless": ("", r"broken.classless has 0 public classes of Pattern; one is needed"),
    "twins": (
        WHOLE + "class Other(Plain): ...",
        r"broken.twins has 2 public classes of Pattern \(Plain, Other\); one is needed",
    ),
    "uncounted": (
        WHOLE.replace("    prevalence: ClassVar[float] = 1.0\n", ""),
        r"Plain has no prevalence",
    ),
    "unplanned": (
        WHOLE.replace("Pattern", "Mirrored").replace("plant_lookalike", "plant_other"),
        r"Plain has no plant_cases",
    ),
    "halved": (WHOLE.replace("plant_lookalike", "plant_other"), r"Plain has no plant_lookalike"),
    "asking": (
        WHOLE.replace("= 1.0\n", "= 1.0\n    days: int\n", 1).replace(
            "frozen=True", "frozen=True, kw_only=True"
        ),
        r"Plain has no default for days",
    ),
    "untyped": (
        WHOLE.replace("= 1.0\n", '= 1.0\n    days: "Nowhere" = 1\n', 1),
        r"the types of Plain's fields cannot be read: name 'Nowhere' is not defined",
    ),
}
"""What a file says, and what is told of it."""

Site = Callable[[Mapping[str, str], Mapping[str, str]], Path]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Install a package, in this process too: give files by path, and entry points by name."""
    folder = tmp_path / "site"

    def install(contents: Mapping[str, str], points: Mapping[str, str]) -> Path:
        for path, text in contents.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        told = folder / "my_patterns-1.0.dist-info"
        told.mkdir(parents=True)
        (told / "METADATA").write_text("Metadata-Version: 2.1\nName: my-patterns\nVersion: 1.0\n")
        lines = (f"{name} = {module}" for name, module in points.items())
        (told / "entry_points.txt").write_text("\n".join(["[graphgen.patterns]", *lines]))
        monkeypatch.syspath_prepend(folder)
        registry._entry_points.cache_clear()
        return folder

    before = set(sys.modules)
    statements.cache_clear()
    yield install
    statements.cache_clear()
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in {"broken", "my_patterns", "lottery"}:
            del sys.modules[name]
    registry._entry_points.cache_clear()


@pytest.fixture
def graphgen(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Type a command in an empty folder, with what is installed at `site` or without."""

    def typed(*words: str, site: Path | None = None) -> subprocess.CompletedProcess[str]:
        here = tmp_path / "here"
        here.mkdir(exist_ok=True)
        paths = [*([str(site)] if site else []), str(PAGE.parent.parent)]
        code = "from graphgen.cli import main; main()"
        return subprocess.run(
            [sys.executable, "-c", code, *words],
            cwd=here,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )

    return typed


Typed = Callable[..., subprocess.CompletedProcess[str]]


def page() -> tuple[dict[str, str], dict[str, str], list[list[str]]]:
    """Read the page's package: files by path, entry points by name, and the commands."""
    section = PAGE.read_text(encoding="utf-8").split("## A pattern of your own")[1]
    blocks = re.findall(r"`([\w./]+)`:\n\n```\w+\n(.*?)```", section, re.DOTALL)
    commands = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert commands
    contents = dict(blocks)
    project = tomllib.loads(contents.pop("pyproject.toml"))
    shipped = project["tool"]["setuptools"]
    for path in map(Path, contents):
        assert path.parent.name in shipped["packages"]
        assert path.suffix == ".py" or f"*{path.suffix}" in shipped["package-data"]["my_patterns"]
    points = project["project"]["entry-points"]["graphgen.patterns"]
    return contents, points, [line.split()[1:] for line in commands[1].splitlines()]


def write(folder: Path, name: str) -> Path:
    """Write a small world with cases of a pattern."""
    patterns = {name: PATTERNS.load(name, Pattern)(count=3)}
    world = World(users=300, days=20, patterns=patterns)
    generate(world, [EXPORTERS.load("parquet", FileExporter)(str(folder))])
    return folder


def broken_ones(site: Site) -> Path:
    contents = {f"broken/{name}.py": text for name, (text, _) in BROKEN.items()}
    return site(contents, {name: f"broken.{name}" for name in BROKEN})


@pytest.mark.process
def test_the_pattern_on_the_page_is_listed_described_planted_and_proven(
    site: Site, graphgen: Typed, tmp_path: Path
) -> None:
    contents, points, commands = page()
    folder = site(contents, points)
    said = []
    for command in commands:
        done = graphgen(*command, site=folder)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        said.append(done.stdout)
    listed, described, generated, verified = said
    assert re.search(r"lottery +A lottery that nobody wins", listed)
    assert "keeps = 0.1" in described
    assert "written to world" in generated
    case = Dataset(tmp_path / "here" / "world")["case"].to_pylist()
    ours = [row for row in case if row["pattern"] == "lottery"]
    assert [row["is_fraud"] for row in ours].count(True) == 5
    assert [row["is_fraud"] for row in ours].count(False) == 5
    assert all(row["loss_minor"] > 0 for row in ours if row["is_fraud"])
    assert "not proven" not in verified
    for promise in re.findall(r"^-- (.*)", contents["my_patterns/lottery.sql"], re.MULTILINE):
        assert promise in " ".join(verified.split())


def test_each_promise_of_the_page_s_pattern_can_be_broken(site: Site, tmp_path: Path) -> None:
    contents, points, _ = page()
    site(contents, points)
    folder = write(tmp_path / "world", "lottery")
    assert all(check.ok for check in verify(folder, ["lottery"]))
    run = json.loads((folder / "run.json").read_text())
    run["world"]["patterns"]["lottery"] |= {"players": 9, "keeps": 0.0}
    (folder / "run.json").write_text(json.dumps(run))
    kept = [check.ok for check in verify(folder, ["lottery"])]
    assert kept == [False, True, True, False]


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_pattern_is_one_line_that_names_it_and_what_is_wrong(
    site: Site, name: str
) -> None:
    broken_ones(site)
    with pytest.raises(BrokenError, match=f"^pattern {name}: .*{BROKEN[name][1]}") as wrong:
        PATTERNS.load(name, Pattern)
    assert "\n" not in str(wrong.value)


def test_an_entry_point_that_leads_nowhere_or_to_another_name_is_told(site: Site) -> None:
    site({"broken/one.py": WHOLE}, {"nowhere": "broken.nowhere", "other": "broken.one"})
    with pytest.raises(BrokenError, match=r"^pattern nowhere: .*No module named 'broken.nowhere'"):
        PATTERNS.load("nowhere", Pattern)
    with pytest.raises(BrokenError, match=r"^pattern other: .*it has to be other\.py"):
        PATTERNS.load("other", Pattern)


def test_all_patterns_are_all_that_can_be_used(site: Site) -> None:
    usable = PATTERNS.names()
    broken_ones(site)
    assert set(PATTERNS.names()) == {*usable, *BROKEN}
    assert sorted(all_patterns()) == usable
    assert not {*named("crime", market=False)} & {*BROKEN}
    assert {line.split()[1].rstrip(":") for line in broken("patterns")} == {*BROKEN}
    without = parse_world_file("patterns: {kiting: false}").world.patterns
    assert set(without) == {*usable} - {"kiting"}
    assert "imports" not in json.dumps(world_file())


@pytest.mark.process
def test_what_does_not_need_a_broken_pattern_goes_on_and_says_what_it_left_out(
    site: Site, graphgen: Typed
) -> None:
    folder = broken_ones(site)
    for command in (("list", "--json"), ("generate", "--users", "60", "--days", "3", "--json")):
        done = graphgen(*command, site=folder)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)
        notes = done.stderr.splitlines()
        assert len(notes) == len(BROKEN)
        for name, note in zip(sorted(BROKEN), notes, strict=True):
            assert note.startswith(f"note: left out: pattern {name}: ")
    verified = graphgen("verify", "world", site=folder)
    assert (verified.returncode, verified.stderr) == (0, "")
    for command in (
        ("describe", "imports"),
        ("generate", "--quiet", "--set", "patterns.imports.count=1", "--force"),
    ):
        asked = graphgen(*command, site=folder)
        assert asked.returncode == 2
        assert re.fullmatch(
            r"error: .*pattern imports: .*No module named 'not_there'\n", asked.stderr
        )


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        ("return graph.world + 1", r"TypeError: unsupported operand .* \(planted\.py, line 13\)"),
        ("return graph['nothing']", r"KeyError: .*nothing"),
        ("return None", r"TypeError: 'NoneType' object is not iterable"),
        ("return (0,).index(1)", r"tuple\.index\(x\): x not in tuple \(planted\.py, line 13\)"),
        ("graph.new('case', 2); return iter(())", r"planted: 0 new rows of case, 2 were numbered"),
    ],
)
def test_what_goes_wrong_in_planting_names_the_pattern_and_asks_for_nothing(
    site: Site, plant: str, said: str
) -> None:
    site({"broken/planted.py": HEAD.format(plant=plant)}, {"planted": "broken.planted"})
    patterns = {"planted": PATTERNS.load("planted", Pattern)(count=2)}
    with pytest.raises(ValueError, match=f"^pattern planted: {said}") as wrong:
        grow(World(users=60, days=3, patterns=patterns))
    assert "ask for fewer" not in str(wrong.value)


def test_a_pattern_that_fails_is_not_planted_less_often_until_it_works(site: Site) -> None:
    code = "yield from () if not self.count else [1 / 0]"
    site({"broken/planted.py": HEAD.format(plant=code)}, {"planted": "broken.planted"})
    patterns = {"planted": PATTERNS.load("planted", Pattern)()}
    with pytest.raises(ValueError, match=r"^pattern planted: ZeroDivisionError"):
        grow(World(users=60, days=3, patterns=patterns))


def test_too_few_people_is_still_told_with_what_would_do(site: Site) -> None:
    contents, points, _ = page()
    site(contents, points)
    patterns = {"lottery": PATTERNS.load("lottery", Pattern)(count=20)}
    with pytest.raises(TooFewError, match=r"lottery: people: 180 are needed.*ask for fewer cases"):
        grow(World(users=60, days=3, patterns=patterns))


@pytest.mark.process
def test_cases_whose_pattern_is_not_installed_are_told_as_not_proven(
    site: Site, graphgen: Typed, tmp_path: Path
) -> None:
    contents, points, _ = page()
    folder = site(contents, points)
    world = str(write(tmp_path / "world", "lottery"))
    assert graphgen("verify", world, site=folder).returncode == 0
    without = graphgen("verify", world)
    assert without.returncode == 1
    assert "not proven: lottery is not installed" in without.stdout
    assert "BROKEN" not in without.stdout
    kept, all_of_them = re.search(r"(\d+) of (\d+) promises are kept", without.stdout).groups()
    assert int(kept) == int(all_of_them) - 1
    told = json.loads(graphgen("verify", world, "--json").stdout)["checks"]
    assert [check for check in told if not check["proven"]] == [
        {
            "name": "lottery",
            "promise": "every case of lottery is what its pattern says it is",
            "ok": False,
            "detail": "lottery is not installed",
            "proven": False,
        }
    ]


def test_cases_of_a_pattern_without_promises_are_told_as_not_proven(
    site: Site, tmp_path: Path
) -> None:
    contents, points, _ = page()
    del contents["my_patterns/lottery.sql"]
    site(contents, points)
    [check] = verify(write(tmp_path / "world", "lottery"), ["lottery"])
    assert (check.ok, check.proven) == (False, False)
    assert check.detail == "lottery has no promises in a lottery.sql"


def test_promises_are_found_beside_a_module_without_a_package_and_a_broken_one(
    site: Site, tmp_path: Path
) -> None:
    contents, _, _ = page()
    flat = {Path(path).name: text for path, text in contents.items()}
    folder = site(flat, {"lottery": "lottery"})
    world = write(tmp_path / "world", "lottery")
    statements.cache_clear()
    assert all(check.ok for check in verify(world, ["lottery"]))
    (folder / "lottery.py").write_text("import not_there")
    del sys.modules["lottery"]
    statements.cache_clear()
    assert len(verify(world, ["lottery"])) == 4
    assert {side.pattern for side in report(world).sides} >= {"lottery"}


def test_what_was_typed_at_a_prompt_is_held_to_what_all_cases_are(tmp_path: Path) -> None:
    contents, _, _ = page()
    script = tmp_path / "script.py"
    script.write_text(
        contents["my_patterns/lottery.py"]
        + """
from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.registry import EXPORTERS
from graphgen.world import World

world = World(users=300, days=10, patterns={"mine": Lottery(count=2)})
generate(world, [EXPORTERS.load("parquet", FileExporter)("world")])
"""
    )
    path = str(PAGE.parent.parent)
    subprocess.run(
        [sys.executable, script], cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, check=True
    )
    assert Dataset(tmp_path / "world")["case"]["pattern"].unique().to_pylist() == ["__main__"]
    assert all(check.ok and check.proven for check in verify(tmp_path / "world"))
