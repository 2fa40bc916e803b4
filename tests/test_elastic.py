"""A dataset as documents for Elasticsearch: the mapping is sound, bulk requests hold all of it."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphgen import Dataset, World
from graphgen.elastic.address import API_KEY, PASSWORD, Address
from graphgen.elastic.bulk_files import PART
from graphgen.elastic.document import Document, Field, Kind, Type
from graphgen.elastic.layout import Layout
from graphgen.elastic.model import MODEL, TRUTH
from graphgen.elastic.ndjson import Lines, pieces
from graphgen.elastic.projection import Projection
from graphgen.elastic.templates import component_templates, index_templates, mapping
from graphgen.exporter import DatasetExporter, FileExporter
from graphgen.generate import generate, load
from graphgen.pattern import Pattern
from graphgen.registry import EXPORTERS, PATTERNS
from graphgen.schema import SCHEMAS
from graphgen.schema import Kind as TableKind
from graphgen.stage import StoreError

DOCUMENTS = MODEL + TRUTH
WALKS = ("session", "action", "payment", "price", "trade", "news")
every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each.name)


def of(pattern: str, count: int) -> Pattern:
    return PATTERNS.load(pattern, Pattern)(count=count)  # type: ignore[no-any-return]


def store(target: object, name: str = "es_bulk", **options: object) -> DatasetExporter:
    made: DatasetExporter = EXPORTERS.load(name, DatasetExporter)(str(target), **options)
    return made


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("elastic") / "world"
    planted = {"kiting": 3, "account_takeover": 3, "shared_device": 3, "wash_trading": 2}
    world = World(
        users=250,
        days=10,
        seed=5,
        investors=0.4,
        walks=WALKS,
        patterns={name: of(name, count) for name, count in planted.items()},
    )
    generate(world, [EXPORTERS.load("parquet", FileExporter)(str(folder))])
    return Dataset(folder)


@pytest.fixture(scope="module")
def projection(dataset: Dataset) -> Projection:
    return Projection(dataset, Layout(denormalise=True))


def documents(projection: Projection, document: Document) -> list[dict[str, Any]]:
    """Give the documents of a kind, read from the requests that would be sent."""
    projection.show(range(len(projection.dataset.days)))
    lines = [
        json.loads(line)
        for text, _ in pieces(projection, document)
        for line in bytes(text).splitlines()
    ]
    for action, said in zip(lines[::2], lines[1::2], strict=True):
        assert action == {"index": {"_id": said[document.key.name]}}
    return lines[1::2]


def declared(properties: dict[str, Any], above: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, each in properties.items():
        if "properties" in each:
            yield from declared(each["properties"], f"{above}{name}.")
        else:
            yield f"{above}{name}", each


@every_document
def test_each_row_of_a_table_is_a_document_with_a_key_of_its_own(
    document: Document, projection: Projection, dataset: Dataset
) -> None:
    made = documents(projection, document)
    keys = [each[document.key.name] for each in made]
    assert len(set(keys)) == len(keys)
    if document.kind is not Kind.TRUTH:
        assert len(keys) == dataset[document.name].num_rows > 0
        assert {key[0] for key in keys} == {SCHEMAS[document.name].letter}


@every_document
def test_a_document_has_declared_fields_alone_each_of_its_type(
    document: Document, projection: Projection
) -> None:
    fields = dict(declared(mapping(document, projection.layout)["properties"]))
    kinds = {"keyword": str, "text": str, "ip": str, "geo_point": str, "date": str,
             "boolean": bool, "long": int, "integer": int, "short": int,
             "float": float | int, "scaled_float": float | int}  # fmt: skip
    seen: set[str] = set()
    for each in documents(projection, document):
        seen |= each.keys()
        for name, value in each.items():
            values = value if isinstance(value, list) else [value]
            assert all(isinstance(one, kinds[fields[name]["type"]]) for one in values), name
    told = {field.name for field in projection.layout.fields(document)}
    assert seen <= told <= set(fields)


@every_document
def test_every_mapping_is_strict_and_says_what_it_is_of(document: Document) -> None:
    layout = Layout(meta={"graphgen": "1", "seed": 7, "load": "x"})
    told = mapping(document, layout)
    assert told["dynamic"] == "strict"
    assert told["_meta"]["seed"] == 7
    template = index_templates(layout)[f"fraudgraph-{document.name}"]
    mode = template["template"]["settings"]["index"].get("mode")
    assert mode == (None if document.kind is Kind.EVENT else "lookup")
    assert set(template["composed_of"]) <= set(component_templates(layout))


def test_a_field_of_one_name_means_the_same_in_every_index() -> None:
    types: dict[str, set[str]] = {}
    for document in DOCUMENTS:
        for name, each in declared(mapping(document, Layout(denormalise=True))["properties"]):
            kind = "keyword" if each["type"] == "alias" else each["type"]
            types.setdefault(name, set()).add(kind)
    assert {name: some for name, some in types.items() if len(some) > 1} == {}


def test_text_becomes_semantic_only_where_an_endpoint_is_named() -> None:
    layout = Layout(semantic="elser")
    for document in MODEL:
        fields = dict(declared(mapping(document, layout)["properties"]))
        found = {name for name, each in fields.items() if each["type"] == "semantic_text"}
        plain = dict(declared(mapping(document, Layout())["properties"]))
        assert set(fields) - set(plain) == found
        if document.name not in ("news", "report"):
            assert found == set()
            continue
        assert found == {f"{document.name}.semantic"}
        assert fields[f"{document.name}.semantic"]["inference_id"] == "elser"
        assert fields[f"{document.name}.content"]["copy_to"] == [f"{document.name}.semantic"]


def test_sums_are_exact_in_major_and_in_minor_units(projection: Projection) -> None:
    for document in DOCUMENTS:
        names = {f.name for f in projection.layout.fields(document)}
        pairs = [name for name in names if f"{name}_minor" in names]
        for each in documents(projection, document)[:2_000]:
            for name in pairs:
                if name in each:
                    assert round(each[name] * 100) == each[f"{name}_minor"]
                    assert abs(each[name] * 100 - each[f"{name}_minor"]) < 1e-4


def test_a_payment_leads_from_who_pays_to_who_is_paid_whatever_stands_between(
    projection: Projection, dataset: Dataset
) -> None:
    clearing = {
        f"A{each}"
        for name in ("clearing", "loss", "income")
        for each in dataset["bank"][f"{name}_account_id"].to_pylist()
    }
    (document,) = [each for each in MODEL if each.name == "payment"]
    cleared = [
        each
        for each in documents(projection, document)
        if each["payment.rail"] in ("cheque", "batch")
        and each["payment.leg"] in ("original", "settlement")
    ]
    straight = [
        each
        for each in cleared
        if not {each["account.id"], each["counterparty.account.id"]} & clearing
    ]
    assert len(straight) > len(cleared) / 2
    pairs = {each["payment.id"]: (each["account.id"], each["counterparty.account.id"])
             for each in straight if each["payment.leg"] == "original"}  # fmt: skip
    settled = [each for each in straight if each.get("payment.original.id") in pairs]
    assert settled
    for each in settled:
        assert (each["account.id"], each["counterparty.account.id"]) == pairs[
            each["payment.original.id"]
        ]


def test_what_stands_beside_an_event_was_known_by_then(
    projection: Projection, dataset: Dataset, tmp_path: Path
) -> None:
    """A dataset without its later days gives the same documents for the earlier ones."""
    days, shorter = 4, tmp_path / "shorter"
    shutil.copytree(dataset.path, shorter)
    run = json.loads((shorter / "run.json").read_text("utf-8"))
    kept = {f"day={each}" for each in dataset.days[:days]}
    late = [p for p in run["files"] if "/day=" in p and not kept & set(p.split("/"))]
    for path in late:
        (shorter / path).unlink()
        del run["files"][path]
    run["days"] = days
    (shorter / "run.json").write_text(json.dumps(run), "utf-8")
    before = Projection(Dataset(shorter), Layout(denormalise=True))
    counted: set[int] = set()
    for document in (each for each in MODEL if each.kind is Kind.EVENT):
        wanted = {each[document.key.name]: each for each in documents(before, document)}
        assert wanted, document.name
        after = {each[document.key.name]: each for each in documents(projection, document)}
        for key, each in wanted.items():
            assert after[key] == each
            counted.add(each.get("device.users", 0))
    assert max(counted) > 1
    assert late


def test_nothing_beside_an_event_says_what_was_planted(projection: Projection) -> None:
    telling = re.compile("fraud|case|pattern|label|stage|difficulty|truth|edge")
    for document in MODEL:
        for field in (*document.fields, *document.beside):
            assert not telling.search(field.name), field.name
            assert not telling.search(field.sql.replace("CASE", "")), field.name
        tables = {name for name in SCHEMAS if re.search(rf"\b{name}\b", document.rows)}
        assert not [n for n in tables if SCHEMAS[n].kind is TableKind.TRUTH or SCHEMAS[n].recipe]
    shown = Projection(projection.dataset, Layout(blind=True)).layout.documents
    assert shown == MODEL


def test_users_of_a_device_are_those_that_had_been_seen_on_it(
    projection: Projection, dataset: Dataset
) -> None:
    start = f"TIMESTAMPTZ '{dataset.run['start']} 00:00Z'"
    wanted = dict(
        dataset.sql(
            "SELECT 'S' || s.session_id, (SELECT count(DISTINCT user_id) FROM ("
            "SELECT user_id FROM session e WHERE e.device_id = s.device_id AND e.time <= s.time "
            "UNION SELECT user_id FROM uses_device d WHERE d.device_id = s.device_id "
            f"AND d.first_seen < {start})) FROM session s"
        ).fetchall()
    )
    (document,) = [each for each in MODEL if each.name == "session"]
    found = {each["session.id"]: each["device.users"] for each in documents(projection, document)}
    assert found == wanted


_WORDS = st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), min_size=1)


@given(_WORDS, st.data())
def test_any_text_and_any_number_comes_back_from_the_lines(
    words: list[str | None], data: st.DataObject
) -> None:
    big = st.integers(-(2**63) + 1, 2**63 - 1)
    sums = data.draw(st.lists(big, min_size=len(words), max_size=len(words)))
    ids = data.draw(
        st.lists(st.integers(10**9, 10**10 - 1), min_size=len(words), max_size=len(words))
    )
    fields = (
        Field("a.id", "", "", refers="account"),
        Field("a.kind", "", "", constant="x"),
        Field("a.sum", "", "", Type.MONEY),
        Field("a.sum_minor", "", "", Type.LONG),
        Field("a.text", "", "", Type.TEXT, free=True),
        Field("a.last", "", "", constant="y"),
    )
    batch = pa.record_batch(
        [pa.array(ids), pa.array(sums), pa.array(sums), pa.array(words, pa.string())],
        names=["1", "2", "3", "4"],
    )
    lines = Lines(Document("a", "", Kind.EVENT, "", fields), Layout())
    text = b"".join(bytes(each) for each in lines.spell(batch)).split(b"\n")
    assert text.pop() == b""
    for number, (word, total, key) in enumerate(zip(words, sums, ids, strict=True)):
        said = json.loads(text[2 * number + 1], parse_float=str)
        assert json.loads(text[2 * number]) == {"index": {"_id": f"A{key}"}}
        assert said.pop("a.text", None) == word
        assert said.pop("a.sum").replace(".", "").lstrip("-0") == str(abs(total)).lstrip("0")
        assert said == {"a.id": f"A{key}", "a.kind": "x", "a.sum_minor": total, "a.last": "y"}


def test_bulk_files_are_whole_in_parts_that_one_request_takes(
    dataset: Dataset, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    rows = load(dataset.path, store(folder, gzip=True))
    found: dict[str, int] = {}
    for part in sorted((folder / "data").iterdir()):
        text = gzip.decompress(part.read_bytes())
        assert len(text) < 2 * PART
        index = part.name.split(".")[1].removeprefix("fraudgraph-")
        found[index] = found.get(index, 0) + text.count(b"\n") // 2
    assert found == {name: count for name, count in rows.items() if count}
    assert len(list((folder / "templates" / "index").iterdir())) == len(DOCUMENTS)
    listed = (folder / "indices.txt").read_text("utf-8").split()
    assert listed == [f"fraudgraph-{each.name}" for each in DOCUMENTS]
    assert (folder / "load.sh").stat().st_mode & 0o111
    with pytest.raises(StoreError, match="--force"):
        load(dataset.path, store(folder))
    load(dataset.path, store(folder, data_stream=True), force=True)
    events = [f"fraudgraph-{each.name}" for each in MODEL if each.kind is Kind.EVENT]
    assert (folder / "streams.txt").read_text("utf-8").split() == events
    first = next((folder / "data").glob("*-payment.ndjson")).read_bytes()
    assert first.startswith(b'{"create":{"_id":"P')


def test_blind_files_have_no_word_of_the_truth(dataset: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    load(dataset.path, store(folder, blind=True, denormalise=True))
    cases = [f"C{case}".encode() for case in dataset["case"]["case_id"].to_pylist()]
    assert cases
    for path in (each for each in folder.rglob("*") if each.is_file()):
        content = path.read_bytes()
        assert not [word for word in (b"is_fraud", b"truth", *cases) if word in content], path.name


@pytest.mark.parametrize("url", ["es://", "es://h:x", "http://h", "es://h?a=1", "h:9200"])
def test_what_is_no_address_of_a_cluster_is_one_line(url: str) -> None:
    with pytest.raises(StoreError, match="es://USER@HOST:9200") as refused:
        Address.parse(url)
    assert "\n" not in str(refused.value)


def test_who_asks_stands_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (API_KEY, PASSWORD):
        monkeypatch.delenv(name, raising=False)
    assert Address.parse("es://h").authorization() is None
    assert (Address.parse("https://h").port, Address.parse("ess://h").port) == (443, 9200)
    with pytest.raises(StoreError, match="no password for ada; set ELASTIC_PASSWORD"):
        Address.parse("es://ada@h").authorization()
    with pytest.raises(StoreError, match="a password does not belong there"):
        Address.parse("es://ada:secret@h")
    monkeypatch.setenv(PASSWORD, "x")
    assert Address.parse("es://h").authorization() == "Basic ZWxhc3RpYzp4"
    monkeypatch.setenv(API_KEY, "key")
    assert Address.parse("es://h").authorization() == "ApiKey key"
    assert Address.parse("es://ada@h").authorization() == "Basic YWRhOng="


@pytest.mark.parametrize("prefix", ["logs", "metrics-mine", "Upper", "_x", "a b", ""])
def test_a_prefix_that_indices_cannot_have_is_refused(prefix: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="--prefix") as refused:
        store(tmp_path / "files", prefix=prefix)
    assert "\n" not in str(refused.value)
