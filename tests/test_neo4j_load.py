"""What a load into Neo4j rests on, as far as no server is needed to see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphgen.config import WorldError, sink_of, world_from_dict
from graphgen.dataset import Dataset
from graphgen.exporter import DatasetExporter, FileExporter
from graphgen.generate import generate
from graphgen.neo4j.address import Address
from graphgen.neo4j.batches import batches
from graphgen.neo4j.element import Node, Relationship
from graphgen.neo4j.model import MODEL, TRUTH
from graphgen.neo4j.parting import cell_of, wave_of, waves_of_pairs
from graphgen.neo4j.projection import Projection
from graphgen.neo4j.step import plan
from graphgen.registry import EXPORTERS
from graphgen.request import sinks
from graphgen.stage import StoreError


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    grown = world_from_dict(
        {
            "users": 120,
            "days": 4,
            "walks": ["session", "action", "payment", "price", "trade", "news"],
            "patterns": {"structuring": {"count": 1}},
        }
    )
    folder = tmp_path_factory.mktemp("world") / "world"
    generate(grown, [EXPORTERS.load("parquet", FileExporter)(str(folder))])
    return Dataset(folder)


@pytest.mark.parametrize("parts", [2, 4, 8, 64])
def test_within_a_wave_no_part_comes_twice_and_every_pair_has_its_wave(parts: int) -> None:
    table = waves_of_pairs(parts)
    touched: dict[tuple[int, int], set[int]] = {}
    for one in range(parts):
        for other in range(parts):
            assert table[one * parts + other] == table[other * parts + one]
            touched.setdefault(table[one * parts + other], set()).update((one, other))
    for wave in {wave for wave, _ in touched}:
        cells = [some for (of, _), some in touched.items() if of == wave]
        assert len(set().union(*cells)) == sum(map(len, cells)) == parts


@pytest.mark.parametrize("connections", [2, 3])
def test_batches_of_a_wave_share_no_node_that_was_there_before(
    world: Dataset, connections: int
) -> None:
    projection = Projection(world)
    looked_at = 0
    for step in plan(projection, projection.model, 10**9):
        if len(step.ends) not in (1, 2):
            continue
        start = len(step.element.properties) if isinstance(step.element, Node) else 0
        labels = [end.label for end in step.ends]
        widths = [len(projection.model.node(label).key) for label in labels]
        seen: dict[tuple[int, str, object], int] = {}
        for batch in batches(projection, step, connections):
            wave, cell = wave_of(batch.place), cell_of(batch.place)
            for row in zip(*batch.columns, strict=True):
                place = start
                for label, width in zip(labels, widths, strict=True):
                    key = (wave, label, row[place : place + width])
                    assert seen.setdefault(key, cell) == cell, (step.element.name, key)
                    place += width
                looked_at += 1
    assert looked_at > 5_000


def test_steps_make_every_node_and_relationship_once_and_ends_before_what_leads_to_them(
    world: Dataset,
) -> None:
    projection = Projection(world)
    made: set[str] = set()
    done: list[str] = []
    for step in plan(projection, projection.model, 10**9):
        assert {end.label for end in step.ends} <= made, step.element.name
        if isinstance(step.element, Node):
            made.add(step.element.label)
        done += [step.element.name, *(each.name for each in step.carried)]
    model = MODEL + TRUTH
    assert sorted(done) == sorted(each.name for each in (*model.nodes, *model.relationships))


def test_what_a_step_reads_is_what_the_mapping_says(world: Dataset) -> None:
    projection = Projection(world)
    for step in plan(projection, projection.model, 10**9):
        rows = sum(len(batch) for batch in batches(projection, step))
        query = f"SELECT count(*) FROM ({projection.select(step.element)})"
        assert projection.connection.sql(query).fetchall() == [(rows,)], step.element.name
        parted = sum(len(batch) for batch in batches(projection, step, 4, 100))
        assert parted == rows


def test_what_is_sent_are_columns_that_are_spelled_in_no_time(world: Dataset) -> None:
    projection = Projection(world)
    step = next(s for s in plan(projection, projection.model, 10**9) if "Card" in s.element.name)
    (batch, *_) = batches(projection, step)
    values = batch.values()
    assert values["count"] == len(batch) > 100
    assert [values[f"c{n}"] for n in range(len(batch.columns))] == list(batch.columns)
    assert all(isinstance(column, list) for column in batch.columns)
    # the driver spells all of it for its log, whether anybody reads that or not
    assert len(repr(values)) < 1_000
    text = step.statement(batch.second, merge=False)
    assert all(f"$c{n}[i]" in text for n in range(len(batch.columns)))


def test_relationships_can_be_told_apart_by_their_ends_and_keys(world: Dataset) -> None:
    projection = Projection(world)
    for each in projection.model.relationships:
        key = [f'"{name}"' for name in each.key]
        columns = ", ".join(["_start", "_end", *key])
        query = f"SELECT {columns} FROM ({projection.select(each)})"
        more = f"SELECT count(*) FROM ({query}) GROUP BY {columns} HAVING count(*) > 1"
        assert projection.connection.sql(more).fetchall() == [], each.name
        for name in key:
            none = f"SELECT count(*) FROM ({query}) WHERE {name} IS NULL"
            assert projection.connection.sql(none).fetchall() == [(0,)], each.name


def test_merging_needs_no_more_than_the_key_and_sets_all_the_rest() -> None:
    for step in plan_of_nothing():
        text = step.statement(None, merge=True)
        assert "CREATE (" not in text
        for p in step.element.properties:
            assert f"{p.name}" in text
        if isinstance(step.element, Relationship) and not step.element.key:
            assert f"[x:{step.element.type}]" in text


def plan_of_nothing() -> list[object]:
    from graphgen.neo4j.step import steps

    return list(steps(MODEL + TRUTH, MODEL + TRUTH))


def test_a_load_is_known_by_its_files_and_its_home_bank(world: Dataset) -> None:
    assert world.digest(None) == Dataset(world.path).digest(None)
    assert world.digest(None) != world.digest(1_234_567_890)


@pytest.mark.parametrize("scheme", ["neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc"])
def test_the_url_of_a_server_is_a_sink(scheme: str) -> None:
    url = f"{scheme}://ada@localhost:7688/fraud"
    assert sink_of(url) == ("neo4j", url)
    assert Address.parse(url) == Address(scheme, "localhost", 7688, "ada", "fraud")
    assert str(Address.parse(f"{scheme}://localhost")) == f"{scheme}://localhost:7687"


def test_a_password_in_a_url_is_refused_and_not_told() -> None:
    url = "neo4j://ada:secretly@localhost/fraud"
    with pytest.raises(WorldError, match="holds a password") as refused:
        sinks([url], {"format": "csv"})
    assert "secretly" not in str(refused.value)
    with pytest.raises(StoreError, match="set NEO4J_PASSWORD") as refused_too:
        EXPORTERS.load("neo4j", DatasetExporter)(url)
    assert "secretly" not in str(refused_too.value)


@pytest.mark.parametrize("url", ["neo4j://", "neo4j://h:x", "http://h", "neo4j://h/a/b", "h:7687"])
def test_what_is_no_address_of_a_server_is_one_line(url: str) -> None:
    with pytest.raises(StoreError, match="neo4j://USER@HOST:7687/DATABASE") as refused:
        Address.parse(url)
    assert "\n" not in str(refused.value)


def test_a_user_without_a_password_is_told_where_it_belongs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NEO4J_PASSWORD", raising=False)
    with pytest.raises(StoreError, match="no password for ada; set NEO4J_PASSWORD"):
        Address.parse("neo4j://ada@localhost").login()
    assert Address.parse("neo4j://localhost").login() is None
    monkeypatch.setenv("NEO4J_PASSWORD", "x")
    assert Address.parse("neo4j://ada@localhost").login() == ("ada", "x")
    assert Address.parse("neo4j://localhost").login() == ("neo4j", "x")


def test_files_for_the_browser_are_whole_and_their_script_reads_each_of_them(
    world: Dataset, tmp_path: Path
) -> None:
    target = tmp_path / "graph"
    store = EXPORTERS.load("neo4j_csv", DatasetExporter)(str(target), blind=True)
    rows = store.load(world, force=False, tell=lambda *_: None)
    script = (target / "load.cypher").read_text("utf-8")
    files = sorted(path.name for path in target.glob("*.csv"))
    assert all(script.count(f"'{name}'") == 1 for name in files)
    assert script.count("LOAD CSV FROM") == len(files)
    assert "GroundTruth" not in script
    projection = Projection(world, blind=True)
    for each in (*projection.model.nodes, *projection.model.relationships):
        query = f"SELECT count(*) FROM ({projection.select(each)})"
        found = projection.connection.sql(query).fetchall()
        carried = each.name not in rows
        assert carried or found == [(rows[each.name],)], each.name
    assert rows["Customer"] == len((target / "nodes_Customer.csv").read_text("utf-8").splitlines())
    with pytest.raises(StoreError, match="--force"):
        store.check(force=False)
    store.load(world, force=True, tell=lambda *_: None)
