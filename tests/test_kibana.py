"""The shapes are written after what Elastic publishes for 8.19; Kibana itself was not run.

Saved objects: what Kibana exports (`POST /api/saved_objects/_export`). Rules: the reference of the
detections API, `EsqlRuleCreateProps`. Transforms: the reference of `PUT _transform`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from graphgen.elastic.alerts import MAPPING
from graphgen.elastic.kibana.assets import write_assets
from graphgen.elastic.kibana.dashboards import DASHBOARDS, SEARCHES
from graphgen.elastic.model import MODEL
from graphgen.elastic.rules import load_rule, rule_names
from graphgen.stage import StoreError

FIELDS = {each.name: {field.name for field in each.fields} for each in MODEL} | {
    "alerts": {
        f"{above}.{name}".removesuffix(".")
        for above, each in MAPPING["properties"].items()
        for name in each.get("properties", {"": {}})
    }
}


class Shape(BaseModel):
    """What has these keys, and no others."""

    model_config = ConfigDict(extra="forbid")


class Camel(Shape):
    """The same, with keys in camelCase."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)


class Reference(Shape):
    """What an object uses."""

    name: str
    type: Literal["index-pattern", "search", "lens", "map"]
    id: str


class SavedObject(Camel):
    """A line of an export."""

    type: Literal["index-pattern", "search", "lens", "map", "dashboard"]
    id: str
    attributes: dict[str, Any]
    references: list[Reference]
    core_migration_version: Literal["8.8.0"]
    type_migration_version: str = Field(pattern=r"^8\.\d+\.\d+$")
    managed: Literal[False]


class Grid(Shape):
    """Where a panel lies, of 48 columns."""

    x: int = Field(ge=0, le=47)
    y: int = Field(ge=0)
    w: int = Field(ge=1, le=48)
    h: int = Field(ge=1)
    i: str


class Panel(Camel):
    """A panel of a dashboard."""

    type: Literal["search", "lens", "map"]
    grid_data: Grid
    panel_index: str
    embeddable_config: dict[str, Any]
    panel_ref_name: str


class Tactic(Shape):
    """What an attacker is after."""

    id: str = Field(pattern=r"^TA\d{4}$")
    name: str
    reference: str


class Subtechnique(Shape):
    """A technique's variant."""

    id: str = Field(pattern=r"^T\d{4}\.\d{3}$")
    name: str
    reference: str


class Technique(Shape):
    """How an attacker does it."""

    id: str = Field(pattern=r"^T\d{4}$")
    name: str
    reference: str
    subtechnique: list[Subtechnique]


class Threat(Shape):
    """What MITRE calls it."""

    framework: Literal["MITRE ATT&CK"]
    tactic: Tactic
    technique: list[Technique]


class RiskMapping(Shape):
    """The column that a score is taken from."""

    field: str
    operator: Literal["equals"]
    value: str


class DetectionRule(Shape):
    """A rule to import."""

    rule_id: str
    type: Literal["esql"]
    language: Literal["esql"]
    name: str = Field(min_length=1)
    description: str = Field(min_length=1)
    query: str
    severity: Literal["low", "medium", "high", "critical"]
    risk_score: int = Field(ge=0, le=100)
    risk_score_mapping: list[RiskMapping]
    severity_mapping: list[Any]
    enabled: Literal[False]
    interval: str = Field(pattern=r"^\d+[smh]$")
    from_: str = Field(alias="from", pattern=r"^now-\d+[smhd]$")
    to: Literal["now"]
    max_signals: int = Field(ge=1)
    author: list[str]
    license: str
    tags: list[str]
    false_positives: list[str]
    references: list[str]
    note: str
    threat: list[Threat]
    exceptions_list: list[Any]
    actions: list[Any]
    version: int = Field(ge=1)


class Source(Shape):
    """What is read."""

    index: list[str]
    query: dict[str, Any]


class Destination(Shape):
    """What is written."""

    index: str


class SyncTime(Shape):
    """By which field new documents are told."""

    field: Literal["@timestamp"]
    delay: str


class Sync(Shape):
    """How it goes on."""

    time: SyncTime


class Pivot(Shape):
    """A row for each group."""

    group_by: dict[str, Any]
    aggregations: dict[str, Any]


class Latest(Shape):
    """The last document of each key."""

    unique_key: list[str]
    sort: str


class Transform(Shape):
    """The body of a transform."""

    description: str
    source: Source
    dest: Destination
    frequency: str
    sync: Sync
    pivot: Pivot | None = None
    latest: Latest | None = None
    settings: dict[str, Any] = {}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of assets."""
    made = tmp_path_factory.mktemp("assets")
    write_assets(made, "mine")
    return made


@pytest.fixture(scope="module")
def objects(folder: Path) -> list[SavedObject]:
    """Give the saved objects, each of the published shape."""
    lines = (folder / "kibana.ndjson").read_text("utf-8").splitlines()
    return [SavedObject.model_validate_json(line) for line in lines]


def test_what_a_saved_object_uses_is_there_and_comes_before_it(objects: list[SavedObject]) -> None:
    met: set[tuple[str, str]] = set()
    for each in objects:
        assert (each.type, each.id) not in met
        assert {(r.type, r.id) for r in each.references} <= met, each.id
        met.add((each.type, each.id))
    assert {each.type for each in objects} == {
        "index-pattern",
        "search",
        "lens",
        "map",
        "dashboard",
    }


def test_the_dashboards_are_those_that_were_asked_for(objects: list[SavedObject]) -> None:
    titles = {each.attributes["title"] for each in objects if each.type == "dashboard"}
    assert titles == {
        f"Fraud graph: {name}"
        for name in ("overview", "accounts", "payments map", "market", "alerts")
    }


def test_panels_lie_side_by_side_and_name_their_objects(objects: list[SavedObject]) -> None:
    for each in objects:
        if each.type != "dashboard":
            continue
        panels = [Panel.model_validate(p) for p in json.loads(each.attributes["panelsJSON"])]
        assert {f"{p.panel_index}:{p.panel_ref_name}" for p in panels} == {
            r.name for r in each.references
        }
        taken = [
            (x, y)
            for p in panels
            for x in range(p.grid_data.x, p.grid_data.x + p.grid_data.w)
            for y in range(p.grid_data.y, p.grid_data.y + p.grid_data.h)
        ]
        assert len(taken) == len(set(taken))
        assert max(x for x, _ in taken) <= 47


def test_charts_and_searches_ask_for_fields_that_their_documents_have() -> None:
    for board in DASHBOARDS:
        for chart in board.charts:
            assert {*chart.fields} <= FIELDS[chart.of], chart.name
            assert chart.draw != "bars" or "@timestamp" in FIELDS[chart.of]
    for search in SEARCHES:
        assert {*search.columns, search.sort} <= FIELDS[search.of], search.name


def test_every_row_of_a_dashboard_names_what_there_is() -> None:
    searches = {f"search:{search.name}" for search in SEARCHES} | {"map:merchants"}
    for board in DASHBOARDS:
        shown = [name for row in board.rows for name in row]
        charts = {chart.name for chart in board.charts}
        assert {*shown} <= charts | searches
        assert charts <= {*shown}


def test_columns_of_a_chart_are_all_drawn(objects: list[SavedObject]) -> None:
    for each in objects:
        if each.type != "lens":
            continue
        state = each.attributes["state"]
        layer = state["datasourceStates"]["formBased"]["layers"]["main"]
        assert layer["columnOrder"] == list(layer["columns"])
        drawn = json.dumps(state["visualization"])
        assert all(f'"{column}"' in drawn for column in layer["columns"]), each.id


def test_a_map_names_the_views_of_its_layers_and_joins(objects: list[SavedObject]) -> None:
    (one,) = (each for each in objects if each.type == "map")
    told = one.attributes["layerListJSON"]
    assert all(f'"{reference.name}"' in told for reference in one.references)
    assert told.count("indexPatternRefName") == len(one.references) == 3


def test_rules_are_of_the_published_shape_disabled_and_one_query_each(folder: Path) -> None:
    lines = (folder / "rules.ndjson").read_text("utf-8").splitlines()
    rules = [DetectionRule.model_validate_json(line) for line in lines]
    single = [name for name in rule_names() if len(load_rule(name).steps) == 1]
    assert [rule.rule_id for rule in rules] == [f"mine-{name}" for name in single]
    assert all("mine-" in rule.query and "fraudgraph-" not in rule.query for rule in rules)
    assert any(rule.threat for rule in rules)


def test_transforms_are_of_the_published_shape_and_stand_beside_their_requests(
    folder: Path,
) -> None:
    bodies = json.loads((folder / "transforms.json").read_text("utf-8"))
    made = {name: Transform.model_validate(body) for name, body in bodies.items()}
    assert {*made} == {"mine-account-features", "mine-latest-device"}
    assert all((each.pivot is None) != (each.latest is None) for each in made.values())
    lines = (folder / "transforms.console").read_text("utf-8")
    for name, body in bodies.items():
        assert f"PUT _transform/{name}\n{json.dumps(body, indent=2)}\n" in lines


def test_assets_are_not_written_over_without_force(folder: Path) -> None:
    with pytest.raises(StoreError, match=r"kibana\.ndjson: is there already; .*--force"):
        write_assets(folder, "mine")
    assert len(write_assets(folder, "mine", force=True)) == 4
