"""What Neo4j's Browser and Bloom open is made from the model and the queries, all of it."""

from __future__ import annotations

import io
import json
import re
import signal
import socket
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from graphgen.neo4j.browser.assets import NAMES, assets, write_assets
from graphgen.neo4j.browser.drawing import drawn
from graphgen.neo4j.browser.favourites import favourites
from graphgen.neo4j.browser.guide import guide
from graphgen.neo4j.browser.looks import LABELS, TYPES
from graphgen.neo4j.browser.perspective import perspective
from graphgen.neo4j.browser.server import GuideServer
from graphgen.neo4j.browser.style import style
from graphgen.neo4j.model import DERIVED, MODEL, TRUTH
from graphgen.neo4j.queries import browser_names, guide_names, load_query, query_names
from graphgen.stage import StoreError

NODES = MODEL.nodes + TRUTH.nodes
KINDS = MODEL.relationships + DERIVED.relationships + TRUTH.relationships
EVERY_LABEL = {label for node in NODES for label in (node.label, *node.seconds)}
EVERY_TYPE = {kind.type for kind in KINDS}
STYLE_URL = "http://localhost:1/style.grass"
NODE_KEYS = {
    *("diameter", "color", "border-color", "border-width", "text-color-internal"),
    *("font-size", "caption"),
}
RELATIONSHIP_KEYS = {
    *("color", "border-color", "text-color-internal", "text-color-external", "font-size"),
    *("padding", "shaft-width", "caption"),
}
PERSPECTIVE_KEYS = {
    "": {
        *("name", "id", "version", "createdAt", "lastEditedAt", "categories", "labels"),
        *("relationshipTypes", "palette", "templates", "hiddenRelationshipTypes"),
        *("hiddenCategories", "hideUncategorisedData", "isAuto", "parentPerspectiveId"),
        "metadata",
    },
    "categories": {
        *("id", "name", "labels", "properties", "createdAt", "lastEditedAt", "color", "size"),
        *("icon", "captionKeys", "styleRules"),
    },
    "properties": {"name", "exclude", "dataType"},
    "labels": {"propertyKey", "type", "dataType"},
    "relationshipTypes": {"id", "name", "properties", "color", "size", "captionKeys"},
    "templates": {
        *("name", "id", "createdAt", "text", "cypher", "params", "isUpdateQuery"),
        "hasCypherErrors",
    },
    "params": {
        *("name", "dataType", "collapsed", "suggestionLabel", "suggestionProp"),
        *("suggestionBoolean", "cypher"),
    },
    "metadata": {"pathSegments", "indexes", "stats"},
    "pathSegments": {"source", "relationshipType", "target"},
    "indexes": {"label", "type", "isMetadataPropIndex", "propertyKeys"},
}
"""Of abridged-demo/bloom-perspective.json in neo4j-product-examples/demo-fraud-detection-with-p2p,
which Bloom 2.7.0 exported."""


class _Runnables(HTMLParser):
    """Collects the statements that a click in a guide runs, and what is open at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.statements: list[str] = []
        self.open: list[str] = []
        self.slides = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.slides += tag == "slide"
        if dict(attrs).get("class") == "code runnable":
            self.statements.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "pre":
            self.statements[-1] += data


@pytest.fixture(scope="module")
def sheet() -> dict[str, dict[str, str]]:
    """Give the style sheet."""
    rules: dict[str, dict[str, str]] = json.loads(style())
    return rules


@pytest.fixture(scope="module")
def played() -> _Runnables:
    """Read the guide as a browser does."""
    parser = _Runnables()
    parser.feed(guide(STYLE_URL))
    parser.close()
    return parser


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    """Give the perspective."""
    told: dict[str, Any] = json.loads(perspective())
    return told


def ask(
    guide_server: GuideServer, method: str, path: str, **headers: str
) -> tuple[HTTPResponse, bytes]:
    """Ask a server, and give its answer with what it sent."""
    connection = HTTPConnection("127.0.0.1", guide_server.server_port, timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


def test_every_label_and_every_type_has_a_style(sheet: dict[str, dict[str, str]]) -> None:
    assert {rule for rule in sheet if rule.startswith("node.")} == {
        f"node.{label}" for label in EVERY_LABEL
    }
    assert {rule for rule in sheet if rule.startswith("relationship.")} == {
        f"relationship.{type_}" for type_ in EVERY_TYPE
    }


def test_a_style_has_the_keys_that_the_browser_knows(sheet: dict[str, dict[str, str]]) -> None:
    for rule, told in sheet.items():
        known = NODE_KEYS if rule.startswith("node") else RELATIONSHIP_KEYS
        assert set(told) == known, rule
        assert all(re.fullmatch("#[0-9A-F]{6}", told[k]) for k in told if "color" in k), rule


def test_what_is_written_on_a_node_is_a_property_that_it_has(
    sheet: dict[str, dict[str, str]],
) -> None:
    for node in NODES:
        names = {each.name for each in node.properties}
        for label in (node.label, *node.seconds):
            caption = sheet[f"node.{label}"]["caption"]
            assert set(re.findall(r"{(\w+)}", caption)) <= names, label
            assert "{" in caption or caption == label


def test_a_second_label_has_the_colour_of_the_label_it_comes_with(
    sheet: dict[str, dict[str, str]],
) -> None:
    for node in NODES:
        colours = {sheet[f"node.{label}"]["color"] for label in (node.label, *node.seconds)}
        assert len(colours) == 1, node.label


def test_labels_that_meet_in_a_ring_have_colours_of_their_own() -> None:
    meet = ("Customer", "Account", "Transaction", "Device", "IP", "Session", "GroundTruth")
    assert len({LABELS[label].colour for label in meet}) == len(meet)


def test_the_archive_of_favourites_holds_each_query_once_under_its_title() -> None:
    names = [*query_names(), *guide_names(), *browser_names()]
    with zipfile.ZipFile(io.BytesIO(favourites())) as archive:
        assert archive.testzip() is None
        held = {path: archive.read(path).decode() for path in archive.namelist()}
        assert len(archive.namelist()) == len(held) == len(names)
    assert {path.partition("/")[0] for path in held} == {"patterns", "guide", "browser"}
    for name in names:
        query = load_query(name)
        path = f"{name}.cypher" if "/" in name else f"patterns/{name}.cypher"
        assert held[path].splitlines()[0] == f"// {query.title}"
        assert held[path].endswith(f"{query.text};\n")


def test_the_archive_is_the_same_bytes_each_time() -> None:
    assert favourites() == favourites()


def test_the_guide_is_whole_and_has_a_slide_for_each_pattern(played: _Runnables) -> None:
    assert played.open == []
    assert played.slides == 1 + len(browser_names()) - len(["ring"]) + len(query_names())


def test_what_the_guide_runs_are_the_queries(played: _Runnables) -> None:
    first, *statements = played.statements
    assert first == f":style {STYLE_URL}"
    shown = [load_query(name).text for name in browser_names() if name != "browser/ring"]
    found = [load_query(name) for name in query_names()]
    rings = [text for query in found for text in (query.text, drawn(query))]
    assert sorted(statements) == sorted([*shown, *rings])
    assert [each for each in statements if each in rings] == rings


def test_the_guide_ends_with_the_truth_and_tells_of_it_nowhere_else(played: _Runnables) -> None:
    tells = ["GroundTruth" in each for each in played.statements]
    assert tells == sorted(tells)
    assert tells[-2:] == [True, True]
    assert tells.count(True) == 2


@pytest.mark.parametrize("name", browser_names())
def test_a_statement_of_the_guide_asks_for_what_the_model_has(name: str) -> None:
    query = load_query(name)
    assert query.title
    assert set(query.about) == {"Shows"}
    code = re.sub(r"//.*|'[^']*'", "", query.text)
    assert set(re.findall(r"\(\w*:(\w+)", code)) <= EVERY_LABEL
    types = {t for some in re.findall(r"\[\w*:([A-Z_|]+)", code) for t in some.split("|")}
    assert types <= EVERY_TYPE
    assert ";" not in code


def test_a_picture_starts_from_the_entities_of_the_query() -> None:
    query = load_query("cycle")
    assert drawn(query).startswith(f"CALL () {{\n{query.text}\n}}\nWITH entities LIMIT 1\nUNWIND")
    assert "A0000000001" not in drawn(query)


def test_the_perspective_has_the_keys_of_one_that_bloom_exported(shown: dict[str, Any]) -> None:
    assert set(shown) == PERSPECTIVE_KEYS[""]
    assert set(shown["metadata"]) == PERSPECTIVE_KEYS["metadata"]
    looked_at = {
        **{name: shown[name] for name in ("categories", "relationshipTypes", "templates")},
        "properties": [each for one in shown["categories"] for each in one["properties"]],
        "labels": [each for some in shown["labels"].values() for each in some],
        "params": [each for one in shown["templates"] for each in one["params"]],
        "pathSegments": shown["metadata"]["pathSegments"],
        "indexes": shown["metadata"]["indexes"],
    }
    for name, some in looked_at.items():
        assert {frozenset(each) for each in some} == {frozenset(PERSPECTIVE_KEYS[name])}, name
    types = {each["dataType"] for each in looked_at["properties"] + looked_at["labels"]}
    assert types <= {"string", "bigint", "number", "boolean", "Date", "DateTime"}


def test_the_categories_of_the_perspective_are_the_labels_of_the_model(
    shown: dict[str, Any],
) -> None:
    assert [each["labels"] for each in shown["categories"]] == [[node.label] for node in NODES]
    for category, node in zip(shown["categories"], NODES, strict=True):
        names = [each.name for each in node.properties]
        assert [each["name"] for each in category["properties"]] == names
        assert category["color"] in shown["palette"]["colors"]
    assert len({each["id"] for each in shown["categories"]}) == len(NODES)
    assert {each["id"] for each in shown["relationshipTypes"]} == EVERY_TYPE == set(TYPES)


def test_the_paths_of_the_perspective_are_the_relationships_of_the_model(
    shown: dict[str, Any],
) -> None:
    paths = {
        (each["source"], each["relationshipType"], each["target"])
        for each in shown["metadata"]["pathSegments"]
    }
    assert paths == {(kind.start.label, kind.type, kind.end.label) for kind in KINDS}


def test_every_pattern_has_a_search_phrase_that_draws_what_its_query_finds(
    shown: dict[str, Any],
) -> None:
    cypher = {each["id"]: each["cypher"] for each in shown["templates"]}
    for name in query_names():
        assert cypher[f"tmpl:{name}"] == drawn(load_query(name))
    for each in shown["templates"]:
        asked = set(re.findall(r"\$\w+", each["cypher"]))
        assert asked == {one["name"] for one in each["params"]}
        assert asked == set(re.findall(r"\$\w+", each["text"]))


def test_the_files_are_written_into_a_folder_that_is_empty_or_new(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert write_assets(folder) == [folder / name for name in NAMES]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == assets()


def test_files_that_are_there_are_replaced_with_force_only(tmp_path: Path) -> None:
    write_assets(tmp_path)
    (tmp_path / "style.grass").write_text("mine")
    with pytest.raises(StoreError, match=r"holds favourites\.zip; replace .* --force$"):
        write_assets(tmp_path)
    assert (tmp_path / "style.grass").read_text() == "mine"
    write_assets(tmp_path, force=True)
    assert (tmp_path / "style.grass").read_text() == style()


def test_a_folder_with_something_else_is_refused_also_with_force(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(StoreError, match=r"letter\.txt, which is not of graphgen"):
        write_assets(tmp_path, force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    with pytest.raises(StoreError, match="is a file"):
        write_assets(tmp_path / "letter.txt")


def test_the_server_allows_what_the_browser_asks_for_before_it_fetches(
    guide_server: GuideServer,
) -> None:
    answer, _ = ask(
        guide_server,
        "OPTIONS",
        "/style.grass",
        **{
            "Origin": "http://localhost:7474",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "cache-control,pragma,sentry-trace",
        },
    )
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in answer.headers["Access-Control-Allow-Methods"]
    allowed = {each.strip() for each in answer.headers["Access-Control-Allow-Headers"].split(",")}
    assert {"cache-control", "pragma", "sentry-trace"} <= allowed


@pytest.mark.parametrize("name", NAMES)
def test_the_server_gives_every_file_to_a_page_of_another_origin(
    guide_server: GuideServer, name: str
) -> None:
    answer, content = ask(guide_server, "GET", f"/{name}?x=1")
    assert (answer.status, content) == (200, assets(guide_server.server_port)[name])
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    head, nothing = ask(guide_server, "HEAD", f"/{name}")
    assert (head.status, nothing) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(content)


def test_the_guide_of_a_server_fetches_the_style_from_it(guide_server: GuideServer) -> None:
    _, content = ask(guide_server, "GET", "/")
    assert f":style {guide_server.url}/style.grass<".encode() in content


def test_the_server_has_nothing_but_the_files(guide_server: GuideServer) -> None:
    for path in ("/../pyproject.toml", "/cypher/cycle.cypher", "//etc/passwd"):
        answer, content = ask(guide_server, "GET", path)
        assert answer.status == 404
        assert content.decode().strip() == f"there is: {', '.join(NAMES)}"


def test_a_port_that_is_taken_is_one_line(guide_server: GuideServer) -> None:
    with pytest.raises(
        ValueError, match=rf"^port {guide_server.server_port}: .*; choose .* --port$"
    ):
        GuideServer(guide_server.server_port)


def test_a_page_that_is_left_before_its_answer_is_no_error(
    guide_server: GuideServer, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = socket.socketpair()
    with there:
        here.sendall(b"GET /guide.html HTTP/1.0\r\n\r\n")
        here.close()
        guide_server.process_request_thread(there, ("127.0.0.1", 1))
    assert capsys.readouterr().err == ""


def test_an_error_of_the_server_itself_is_told(
    guide_server: GuideServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guide_server, "assets", None)
    here, there = socket.socketpair()
    with here, there:
        here.sendall(b"GET /guide.html HTTP/1.0\r\n\r\n")
        guide_server.process_request_thread(there, ("127.0.0.1", 1))
    assert "AttributeError" in capsys.readouterr().err


@pytest.mark.process
def test_the_command_serves_until_ctrl_c_and_says_where() -> None:
    words = [sys.executable, "-m", "graphgen", "neo4j", "guide", "--port", "0"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        said = process.stderr.readline()
        found = re.search(r":play http://localhost:(\d+)/guide\.html", said)
        assert found, said
        connection = HTTPConnection("127.0.0.1", int(found[1]), timeout=10)
        connection.request("GET", "/guide.html")
        assert connection.getresponse().status == 200
        connection.close()
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == "stopped\n"
        assert process.wait(20) == 130
