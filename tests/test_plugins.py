"""Patterns of other packages: what the page on them shows works, and what is broken breaks alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from graphgen import registry
from graphgen.dataset import Dataset
from graphgen.describe import broken
from graphgen.grow import grow
from graphgen.pattern import Pattern, named
from graphgen.registry import PATTERNS, BrokenError
from graphgen.verify import verify
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
    yield install
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and name.partition(".")[0] in {"broken", "my_patterns"}:
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


def broken_ones(site: Site) -> Path:
    contents = {f"broken/{name}.py": text for name, (text, _) in BROKEN.items()}
    return site(contents, {name: f"broken.{name}" for name in BROKEN})


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
    world = World(users=400, days=20, patterns={"lottery": PATTERNS.load("lottery", Pattern)()})
    folder = tmp_path / "world"
    from dataclasses import replace

    from graphgen.exporter import FileExporter
    from graphgen.generate import generate
    from graphgen.registry import EXPORTERS

    world = replace(world, patterns={"lottery": replace(world.patterns["lottery"], count=3)})
    generate(world, [EXPORTERS.load("parquet", FileExporter)(str(folder))])
    assert all(check.ok for check in verify(folder, ["lottery"]))
    run = json.loads((folder / "run.json").read_text())
    run["world"]["patterns"]["lottery"] |= {"players": 9, "keeps": 0.0}
    (folder / "run.json").write_text(json.dumps(run))
    kept = [check.ok for check in verify(folder, ["lottery"])]
    assert kept == [False, True, True, False]
