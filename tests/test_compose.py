"""The servers of docker-compose.yml are reached from here only, and say that they are up."""

from __future__ import annotations

import re
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import yaml

from graphgen.neo4j.browser.server import GuideServer

FILE = Path(__file__).parent.parent / "docker-compose.yml"
TOLD: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
SERVICES: dict[str, Any] = TOLD["services"]

every_service = pytest.mark.parametrize("name", SERVICES)


@every_service
def test_no_port_is_open_to_the_network(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name]["ports"])


@every_service
def test_a_service_says_when_it_is_healthy(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in ("CMD", "CMD-SHELL")
    assert check["retries"] > 1


@every_service
def test_a_version_is_pinned_and_can_be_chosen(name: str) -> None:
    image = SERVICES[name]["image"]
    assert ":${" in image
    assert "latest" not in image


@every_service
def test_no_password_stands_in_the_file(name: str) -> None:
    for key, value in SERVICES[name]["environment"].items():
        secret = "AUTH" in key or "PASSWORD" in key
        assert not secret or ":?" in value, key


def test_every_volume_is_declared() -> None:
    declared = TOLD["volumes"]
    named = [v.split(":")[0] for s in SERVICES.values() for v in s["volumes"]]
    assert {name for name in named if not name.startswith(".")} == set(declared)


def test_guides_come_with_the_headers_that_graphgen_itself_sends(
    guide_server: GuideServer,
) -> None:
    content = TOLD["configs"][SERVICES["guides"]["configs"][0]["source"]]["content"]
    sent = dict(re.findall(r'add_header ([\w-]+) "([^"]+)" always;', content))
    connection = HTTPConnection("127.0.0.1", guide_server.server_port, timeout=10)
    connection.request("HEAD", "/guide.html")
    answer = connection.getresponse()
    connection.close()
    assert sent
    assert {name: answer.headers[name] for name in sent} == sent
    assert {name for name in answer.headers if name.startswith("Access-")} <= set(sent)
