"""Neo4j's own import tool takes the files that are written for it, and so does LOAD CSV."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graphgen.dataset import Dataset
from graphgen.exporter import DatasetExporter
from graphgen.generate import load
from graphgen.neo4j.address import Address
from graphgen.neo4j.client import Client
from graphgen.neo4j.truth import add, remove
from graphgen.registry import EXPORTERS

_TYPES = {
    "Transaction": {"date": "ZONED DATETIME", "amount": "FLOAT", "amountMinor": "INTEGER"},
    "Customer": {"dateOfBirth": "DATE", "customerSince": "ZONED DATETIME"},
    "Account": {"openedDate": "ZONED DATETIME", "openingBalanceMinor": "INTEGER"},
    "Counterparty": {"isOnline": "BOOLEAN", "latitude": "FLOAT"},
    "Security": {"isShortable": "BOOLEAN"},
}


def exporter(name: str) -> Any:  # noqa: ANN401 - a class that is found by its name
    return EXPORTERS.load(name, DatasetExporter)


def broken(world: Path, url: str, **options: object) -> list[str]:
    checks = exporter("neo4j")(url, **options).verify(Dataset(world), full=True)
    return [check.detail for check in checks if not check.ok]


def statements(path: Path) -> list[str]:
    """Split a script into statements."""
    lines = [
        li for li in path.read_text("utf-8").splitlines() if not li.startswith(("//", ":param"))
    ]
    return [each.strip() for each in "\n".join(lines).split(";\n") if each.strip()]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_import_tool_takes_the_files_as_their_page_says_and_types_are_kept(
    form: str, new_server: Callable[[], Any], world: Path, tmp_path: Path
) -> None:
    files = tmp_path / "files"
    load(world, exporter("neo4j_admin")(str(files), format=form, blind=form == "csv"))
    server = new_server()
    server.home.mkdir(exist_ok=True)
    page = (files / "IMPORT.md").read_text("utf-8")
    (command,) = [line for line in page.splitlines() if line.startswith("neo4j-admin ")]
    server.admin(*command.split()[1:], folder=files)
    server.start()
    with Client(Address.parse(server.address)) as client:
        client.define(statements(files / "schema-community.cypher"))
        for label, types in _TYPES.items():
            for name, wanted in types.items():
                given = f"MATCH (n:{label}) WHERE n.{name} IS NOT NULL"
                text = f"{given} RETURN DISTINCT valueType(n.{name})"
                assert client.ask(text) == [(f"{wanted} NOT NULL",)], (label, name)
    if form == "csv":  # the truth comes into a graph that another tool loaded, too
        assert broken(world, server.address, blind=True) == []
        cases = add(world, server.address)["GroundTruth"]
        assert broken(world, server.address) == []
        assert remove(world, server.address) == cases
        assert broken(world, server.address, blind=True) == []
    else:
        assert broken(world, server.address) == []
    server.stop(now=True)


def test_a_script_for_the_browser_loads_the_same_graph(
    empty: Client,
    server: Any,  # noqa: ANN401
    world: Path,
    tmp_path: Path,
) -> None:
    files = tmp_path / "files"
    load(world, exporter("neo4j_csv")(str(files)))
    shutil.copytree(files, server.home / "import", dirs_exist_ok=True)
    for statement in statements(files / "load.cypher"):
        empty.run(statement.removeprefix(":auto "), **{"from": "file:///"})
    assert broken(world, server.address) == []
