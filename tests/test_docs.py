from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from pkgutil import iter_modules

import pytest

from graphgen import planting
from graphgen.cli import help_texts
from graphgen.config import parse_world_file, read_world_file
from graphgen.describe import KINDS, entries, find
from graphgen.fields import fields_of
from graphgen.json_schema import world_file
from graphgen.pages import PAGES
from graphgen.schema import SCHEMAS
from graphgen.world import Transfers, World

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\(([^)#:]+)\)")


@pytest.mark.parametrize("script", ["build_docs.py", "build_baselines.py"])
def test_the_pages_in_docs_say_what_the_code_says(script: str) -> None:
    check = [sys.executable, str(ROOT / "scripts" / script), "--check"]
    said = subprocess.run(check, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "")


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("cls", [World, Transfers])
def test_every_key_of_a_world_file_says_what_it_means(cls: type) -> None:
    assert [field.name for field in fields_of(cls) if not field.doc] == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_everything_that_has_a_name_describes_itself(kind: str) -> None:
    for entry in entries(kind):
        assert entry in find(entry.name)
        assert entry.title, entry.name
        assert [field.name for field in entry.parameters if not field.doc] == [], entry.name


def test_every_pattern_names_its_source() -> None:
    for entry in entries("patterns"):
        assert "source" in entry.story.lower(), entry.name


def test_every_mechanic_that_patterns_share_is_named_where_patterns_are_explained() -> None:
    page = (ROOT / "docs" / "fraud.md").read_text(encoding="utf-8")
    modules = {module.name for module in iter_modules(planting.__path__)}
    assert modules <= set(re.findall(r"`(\w+)`", page))
    assert modules == set(re.findall(r"`(\w+)`", str(planting.__doc__)))


def test_every_table_and_column_is_in_the_data_dictionary() -> None:
    page = PAGES["tables.md"]()
    for schema in SCHEMAS.values():
        section = page.split(f"### {schema.name}\n")[1].split("###")[0]
        for column in schema.columns:
            assert f"| `{column.name}` |" in section


def test_every_command_and_option_is_in_the_command_line_page() -> None:
    page = PAGES["cli.md"]()
    for name, text in help_texts():
        assert f"## {name}\n\n```text\n{text}\n```" in page


def test_no_help_text_is_wider_than_a_terminal() -> None:
    for name, text in help_texts():
        assert max(map(len, text.splitlines())) <= 80, name


def test_the_json_schema_has_every_key_and_no_other() -> None:
    properties = world_file()["properties"]
    assert list(properties) == [*(field.name for field in fields_of(World)), "to"]
    assert all(told["description"] for told in properties.values())


def test_the_defaults_of_the_json_schema_are_a_world() -> None:
    properties = world_file()["properties"]
    defaults = {name: told["default"] for name, told in properties.items() if "default" in told}
    assert {"users", "seed", "start", "days", "walks"} <= defaults.keys()
    lines = "\n".join(f"{name}: {json.dumps(value)}" for name, value in defaults.items())
    assert parse_world_file(lines).world == World()


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_example_is_a_world_file_that_says_what_it_is_for(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# ")
    file = read_world_file(path)
    assert file.world != World()
    assert file.to
