"""A dataset as Neo4j's graph: the mapping is sound, and the import files hold all of it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from graphgen import Dataset, World
from graphgen.exporter import DatasetExporter, FileExporter
from graphgen.generate import generate, load
from graphgen.neo4j.constraints import constraints
from graphgen.neo4j.element import Element, Model, Node, Relationship, Type
from graphgen.neo4j.import_files import ImportFiles
from graphgen.neo4j.model import DERIVED, MODEL, TRUTH
from graphgen.neo4j.projection import Projection, is_daily
from graphgen.pattern import Pattern
from graphgen.registry import EXPORTERS, PATTERNS
from graphgen.stage import StoreError

BOTH = MODEL + DERIVED + TRUTH
ELEMENTS = BOTH.elements
WALKS = ("session", "action", "payment", "trade", "news")


def of(pattern: str, count: int) -> Pattern:
    return PATTERNS.load(pattern, Pattern)(count=count)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("neo4j") / "world"
    planted = {"kiting": 4, "account_takeover": 4, "shared_device": 3, "wash_trading": 2}
    world = World(
        users=400,
        days=12,
        seed=5,
        investors=0.4,
        walks=WALKS,
        patterns={name: of(name, count) for name, count in planted.items()},
    )
    generate(world, [EXPORTERS.load("parquet", FileExporter)(str(folder))])
    return Dataset(folder)


@pytest.fixture(scope="module")
def projection(dataset: Dataset) -> Projection:
    return Projection(dataset, derived=True)


@pytest.fixture
def ask(projection: Projection) -> Callable[[str], list[tuple[object, ...]]]:
    projection.show(range(len(projection.dataset.days)))
    return lambda query: projection.connection.sql(query).fetchall()


@pytest.mark.parametrize("node", BOTH.nodes, ids=lambda node: node.name)
def test_no_two_nodes_of_a_label_share_an_id_or_a_key(
    node: Node, projection: Projection, ask: Callable[[str], list[tuple[int, ...]]]
) -> None:
    rows = projection.select(node)
    key = ", ".join(f'"{name}"' for name in node.key)
    [(all_, ids, keys, nulls)] = ask(
        f"SELECT count(*), count(DISTINCT _id), count(DISTINCT ({key})), "
        f"count(*) FILTER (({key}) IS NULL OR _id IS NULL) FROM ({rows})"
    )
    assert (ids, keys, nulls) == (all_, all_, 0)
    if node.second:
        seconds = {word for (word,) in ask(f"SELECT DISTINCT _second FROM ({rows})")}
        assert seconds - {None} <= set(node.seconds)


@pytest.mark.parametrize("kind", BOTH.relationships, ids=lambda kind: kind.name)
def test_every_relationship_joins_nodes_that_are_there_and_is_there_once(
    kind: Relationship, projection: Projection, ask: Callable[[str], list[tuple[int, ...]]]
) -> None:
    rows = projection.select(kind)
    key = ", ".join(["_start", "_end", *(f'"{name}"' for name in kind.key)])
    [(all_, distinct)] = ask(f"SELECT count(*), count(DISTINCT ({key})) FROM ({rows})")
    assert distinct == all_
    for end, column in ((kind.start, "_start"), (kind.end, "_end")):
        nodes = projection.select(projection.model.node(end.label))
        [(lost,)] = ask(
            f"SELECT count(*) FROM ({rows}) "
            f"WHERE {column} IS NULL OR {column} NOT IN (SELECT _id FROM ({nodes}))"
        )
        assert lost == 0, column
    by_keys = projection.select(kind, keys=True)
    assert ask(f"SELECT count(*) FROM ({by_keys})") == [(all_,)]


def test_the_rows_of_days_are_those_of_all_days_parted(
    projection: Projection, ask: Callable[[str], list[tuple[int, ...]]]
) -> None:
    daily = [element for element in ELEMENTS if is_daily(element)]
    sums = {e.name: f"SELECT count(*), sum(hash(x)) FROM ({projection.select(e)}) x" for e in daily}
    whole = {name: ask(query)[0] for name, query in sums.items()}
    days = len(projection.dataset.days)
    parted = dict.fromkeys(whole, (0, 0))
    for first in range(0, days, 5):
        projection.show(range(first, min(first + 5, days)))
        for name, query in sums.items():
            [(count, total)] = projection.connection.sql(query).fetchall()
            parted[name] = (parted[name][0] + count, parted[name][1] + (total or 0))
    assert parted == {name: (count, total or 0) for name, (count, total) in whole.items()}


def test_what_transactions_move_is_what_the_ledger_booked(
    dataset: Dataset, projection: Projection, ask: Callable[[str], list[tuple[int, ...]]]
) -> None:
    [(booked,)] = dataset.sql(
        "SELECT sum(amount_minor) FROM payment "
        "WHERE status = 'booked' AND leg IN ('original', 'fee', 'recovery')"
    ).fetchall()
    node = projection.model.node("Transaction")
    assert ask(f'SELECT sum("amountMinor") FROM ({projection.select(node)})') == [(booked,)]
    statuses = ask(f"SELECT DISTINCT status FROM ({projection.select(node)}) ORDER BY 1")
    assert statuses == [("PENDING",), ("RETURNED",), ("SETTLED",)]


def test_what_accounts_transacted_is_the_sum_of_their_transactions(
    projection: Projection, ask: Callable[[str], list[tuple[int, ...]]]
) -> None:
    transaction = projection.select(projection.model.node("Transaction"))
    [(total, many)] = ask(f'SELECT sum("amountMinor"), count(*) FROM ({transaction})')
    [paid] = [r for r in DERIVED.relationships if r.type == "TRANSACTED_TO"]
    [(derived, count)] = ask(
        f'SELECT round(sum("totalAmount") * 100), sum("transactionCount") '
        f"FROM ({projection.select(paid)})"
    )
    assert (derived, count) == (total, many)
    wrong = ask(
        f"SELECT * FROM ({projection.select(paid)}) WHERE "
        f'NOT "minAmount" <= "averageAmount" + 1e-6 '
        f'OR NOT "averageAmount" <= "maxAmount" + 1e-6'
    )
    assert wrong == []


def test_customers_share_identifiers_as_often_as_they_say(
    dataset: Dataset, projection: Projection, ask: Callable[[str], list[tuple[int, ...]]]
) -> None:
    of: dict[int, set[tuple[str, int]]] = {}
    for table, kind in (
        ("has_email", "email"), ("has_phone", "phone"),
        ("lives_at", "address"), ("uses_device", "device"),
    ):  # fmt: skip
        for row in dataset[table].to_pylist():
            of.setdefault(row["user_id"], set()).add((kind, row[f"{kind}_id"]))
    users: dict[tuple[str, int], set[int]] = {}
    for user, given in of.items():
        for each in given:
            users.setdefault(each, set()).add(user)
    few = {each for each, some in users.items() if len(some) <= 20}
    wanted = {
        (one, other): (
            len(of[one] & of[other] & few), len(of[one] & of[other] & few)
            / (len(of[one]) + len(of[other]) - len(of[one] & of[other] & few)),
        )
        for one in of for other in of
        if one < other and of[one] & of[other] & few
    }  # fmt: skip
    [shared] = [r for r in DERIVED.relationships if r.type == "SHARED_IDENTIFIERS"]
    found = {(a, b): (n, ratio) for a, b, n, ratio in ask(projection.select(shared))}
    assert len(found) > 50
    assert {pair: shared for pair, (shared, _) in found.items()} == {
        pair: shared for pair, (shared, _) in wanted.items()
    }
    assert all(ratio == pytest.approx(wanted[pair][1]) for pair, (_, ratio) in found.items())


def test_no_transaction_leads_to_or_from_a_clearing_account(
    projection: Projection, ask: Callable[[str], list[tuple[int, ...]]]
) -> None:
    ends = [r for r in MODEL.relationships if r.type in ("PERFORMS", "BENEFITS_TO")]
    for kind, column in zip(ends, ("_start", "_end"), strict=True):
        found = ask(
            f"SELECT count(*) FROM ({projection.select(kind)}) "
            f"WHERE {column} IN (SELECT clearing_account_id FROM bank)"
        )
        assert found == [(0,)], kind.type


def test_movements_are_numbered_from_one_to_as_many_as_their_transaction_says(
    projection: Projection, ask: Callable[[str], list[tuple[int, ...]]]
) -> None:
    [implied] = [r for r in MODEL.relationships if r.type == "IMPLIED"]
    movement = projection.model.node("Movement")
    wrong = ask(
        f'SELECT _start, list(m."sequenceNumber" ORDER BY m."sequenceNumber"), '
        f'list(DISTINCT i."totalMovements") '
        f"FROM ({projection.select(implied)}) i JOIN ({projection.select(movement)}) m "
        f"ON m._id = i._end GROUP BY 1 "
        f'HAVING list(m."sequenceNumber" ORDER BY m."sequenceNumber") <> range(1, count(*) + 1) '
        f'OR list(DISTINCT i."totalMovements") <> [count(*)]'
    )
    assert wrong == []


def test_the_events_of_a_session_hang_in_one_chain(
    projection: Projection, ask: Callable[[str], list[tuple[int, ...]]]
) -> None:
    [follows] = [r for r in MODEL.relationships if r.type == "NEXT"]
    [(events, sessions)] = ask("SELECT count(*), count(DISTINCT session_id) FROM today.event")
    assert ask(f"SELECT count(*) FROM ({projection.select(follows)})") == [(events - sessions,)]


def test_names_follow_the_rules_of_the_published_model() -> None:
    for node in BOTH.nodes:
        for label in (node.label, *node.seconds):
            assert re.fullmatch(r"[A-Z][A-Za-z]*", label), label
    for kind in BOTH.relationships:
        assert re.fullmatch(r"[A-Z]+(_[A-Z]+)*", kind.type), kind.type
    for element in ELEMENTS:
        for one in element.properties:
            assert re.fullmatch(r"[a-z][A-Za-z0-9]*", one.name), (element.name, one.name)


def test_the_published_constraints_have_their_published_names() -> None:
    published = """customer_id email_address phone_number device_id ip_address session_id
    account_number transaction_id counterparty_id movement_id isp_name country_code
    address_composite"""
    names = {line.split()[2] for line in constraints(BOTH, "community")}
    assert set(published.split()) <= names
    assert len(names) == len(BOTH.nodes)
    assert all("NODE KEY" in line for line in constraints(BOTH, "enterprise"))
    assert not any("NODE KEY" in line for line in constraints(BOTH, "community"))


def test_accounts_of_people_are_internal_or_those_of_the_home_bank_only(dataset: Dataset) -> None:
    [(bank, held)] = dataset.sql(
        "SELECT bank_id, count(DISTINCT account_id) FROM account JOIN has_account "
        "USING (account_id) GROUP BY 1 ORDER BY 2 DESC LIMIT 1"
    ).fetchall()
    for home, wanted in (
        (None, dataset.sql("SELECT count(DISTINCT account_id) FROM has_account").fetchall()[0][0]),
        (bank, held),
    ):
        projection = Projection(dataset, home_bank=home)
        rows = projection.select(projection.model.node("Account"))
        query = f"SELECT count(*) FROM ({rows}) WHERE _second = 'Internal'"
        assert projection.connection.sql(query).fetchall() == [(wanted,)]


def store(folder: Path, **options: object) -> DatasetExporter:
    return EXPORTERS.load("neo4j_admin", DatasetExporter)(str(folder), **options)  # type: ignore[no-any-return]


def cells(files: ImportFiles, element: Element) -> int:
    paths = sorted(files.folder.glob(f"{element.stem}_[0-9]*"))
    if files.form == "parquet":
        return sum(pq.read_metadata(path).num_rows for path in paths)
    return sum(gzip.decompress(path.read_bytes()).count(b"\n") for path in paths)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_import_files_hold_every_row_of_every_kind(
    form: str, dataset: Dataset, tmp_path: Path, ask: Callable[[str], list[tuple[int, ...]]],
    projection: Projection,
) -> None:  # fmt: skip
    folder = tmp_path / "import"
    rows = load(dataset.path, store(folder, format=form, derived=True))
    files = ImportFiles(projection, folder, form)  # type: ignore[arg-type]
    for element in ELEMENTS:
        [(wanted,)] = ask(f"SELECT count(*) FROM ({projection.select(element)})")
        assert rows.get(element.name, 0) == wanted
        assert cells(files, element) == wanted, element.name
    named = set(re.findall(r"[\w.]+_(?:header|\d+)[\w.]+", (folder / "import.args").read_text()))
    there = {path.name for path in folder.iterdir()}
    assert named == {name for name in there if name.startswith(("nodes_", "relationships_"))}
    assert {"IMPORT.md", "schema-community.cypher", "schema-enterprise.cypher"} < there
    assert "database import full" in (folder / "IMPORT.md").read_text()


def test_headers_say_ids_groups_and_types(dataset: Dataset, tmp_path: Path) -> None:
    load(dataset.path, store(tmp_path / "import"))
    account = (tmp_path / "import" / "nodes_Account_header.csv").read_text().strip().split(",")
    assert account[:2] == [":ID(Account){id-type:long}", ":LABEL"]
    assert "openedDate:datetime" in account
    pays = tmp_path / "import" / "relationships_Account_PERFORMS_Transaction_header.csv"
    assert pays.read_text().strip() == ":START_ID(Account),:END_ID(Transaction)"


def test_the_same_dataset_gives_files_of_the_same_lines(dataset: Dataset, tmp_path: Path) -> None:
    for name in ("one", "other"):
        load(dataset.path, store(tmp_path / name))
    one, other = (
        {p.name: sorted(gzip.decompress(p.read_bytes()).splitlines()) for p in folder.glob("*.gz")}
        for folder in (tmp_path / "one", tmp_path / "other")
    )
    assert one == other


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_blind_folder_has_no_word_of_the_truth(
    form: str, dataset: Dataset, tmp_path: Path
) -> None:
    folder = tmp_path / "import"
    load(dataset.path, store(folder, format=form, blind=True))
    cases = [f"C{case}".encode() for case in dataset["case"]["case_id"].to_pylist()]
    telling = [b"GroundTruth", b"MEMBER_OF", b"caseId", b"isFraud", *cases]
    assert cases
    for path in folder.iterdir():
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        elif path.suffix == ".parquet":
            content += b"\n".join(
                str(cell).encode()
                for column in pq.read_table(path).columns
                for cell in column.unique().to_pylist()
            )
        assert not [word for word in telling if word in content], path.name


def test_a_folder_that_holds_something_is_refused_and_left_as_it_is(
    dataset: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match="is not empty, and no import files of graphgen"):
        load(dataset.path, store(tmp_path), force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_import_files_are_replaced_only_with_force(dataset: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "import"
    load(dataset.path, store(folder))
    with pytest.raises(StoreError, match="holds import files; replace them with --force"):
        load(dataset.path, store(folder))
    load(dataset.path, store(folder, blind=True), force=True)
    assert not list(folder.glob("*GroundTruth*"))
    assert [path.name for path in tmp_path.iterdir()] == ["import"]


def test_a_folder_appears_whole_or_not_at_all(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ImportFiles, "_arguments", full)
    with pytest.raises(StoreError, match="no space left"):
        load(dataset.path, store(tmp_path / "import"))
    assert list(tmp_path.iterdir()) == []


def test_a_world_goes_to_import_files_without_a_dataset_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "import"
    generate(World(users=30, days=2, patterns={}), [store(folder)])
    assert (folder / "import.args").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["import"]


def test_a_model_without_truth_names_nothing_of_it() -> None:
    told = {n.label for n in TRUTH.nodes} | {r.type for r in TRUTH.relationships}
    assert told == {"GroundTruth", "MEMBER_OF"}
    assert not told & ({n.label for n in MODEL.nodes} | {r.type for r in MODEL.relationships})


def test_a_time_is_told_as_a_time() -> None:
    for element in ELEMENTS:
        for one in element.properties:
            timely = one.name.endswith(("At", "Date")) or one.name in ("since", "until", "date")
            assert timely <= (one.type in (Type.DATE, Type.DATETIME)), (element.name, one.name)


def test_an_unknown_label_is_told() -> None:
    with pytest.raises(KeyError, match="no node is labelled Ghost"):
        Model((), ()).node("Ghost")
