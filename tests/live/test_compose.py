"""The settings of docker-compose.yml are such as the same server starts with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from graphgen.neo4j.address import Address
from graphgen.neo4j.client import Client

FILE = Path(__file__).parent.parent.parent / "docker-compose.yml"
OWN = ("server.memory.pagecache.size", "dbms.usage_report.enabled", "client.allow_telemetry")
"""What a server of the tests is told anyway: a setting that is told twice is refused."""


def test_a_server_starts_with_the_settings_of_the_compose_file(
    new_server: Callable[[], Any],
) -> None:
    told = yaml.safe_load(FILE.read_text("utf-8"))["services"]["neo4j"]["environment"]
    settings = {
        # as the image's entry point reads them: two underscores are one, one is a dot
        key.removeprefix("NEO4J_").replace("__", "~").replace("_", ".").replace("~", "_"): value
        for key, value in told.items()
        if key != "NEO4J_AUTH"
    }
    assert set(OWN) < set(settings)
    server = new_server()
    server.settings = tuple(f"{key}={value}" for key, value in settings.items() if key not in OWN)
    server.start()
    with Client(Address.parse(server.address)) as client:
        shown = dict(client.ask("SHOW SETTINGS YIELD name, value"))
    assert shown["db.transaction.timeout"] == "10m"
    assert set(settings) <= set(shown)
    server.stop(now=True)
