"""Features know what came before, and nothing else."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import networkx as nx
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphgen import Dataset, World
from graphgen.exporters.parquet import Parquet
from graphgen.features import by_day, compute, features, features_of, read
from graphgen.features.feature import WINDOWS
from graphgen.features.pairs import Pairs
from graphgen.features.reading import days
from graphgen.features.reading import read as facts_of
from graphgen.features.structure import COLUMNS, Structure
from graphgen.features.windows import FEATURES as OF_WINDOWS
from graphgen.features.windows import Windows
from graphgen.generate import generate
from graphgen.table import Array
from graphgen.world import FRAUD

DAY = 86_400_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("world") / "world"
    generate(World(users=200, days=40, seed=5, fraud=FRAUD["training"]), [Parquet(str(made))])
    features(made)
    return made


def cut(folder: Path, target: Path, last: int) -> int:
    """Copy a dataset without the truth and without anything later than one payment; gives its day.

    What edges say of later times goes too.
    """
    day = last // 100_000_000 - 1_000
    run = json.loads((folder / "run.json").read_text())
    start = date.fromisoformat(run["start"])
    payments = pq.read_table(
        folder / "events" / "payment" / f"day={_day(start, day)}" / "0.parquet"
    )
    moment = payments.filter(pc.field("payment_id") == last)["time"][0]
    kept = {}
    for path, told in run["files"].items():
        if path.startswith("truth/"):
            continue
        table = pq.read_table(folder / path, partitioning=None)
        if "day=" in path:
            when = (date.fromisoformat(path.partition("day=")[2][:10]) - start).days
            if when > day:
                continue
            key = f"{path.split('/')[1]}_id"
            if when == day:
                later = pc.field(key) > last if key == "payment_id" else pc.field("time") > moment
                table = table.filter(~later)
        for name in ("since", "first_seen"):
            if name in table.column_names:
                table = table.filter(pc.field(name) <= moment)
        for name in ("until", "last_seen"):
            if name in table.column_names:
                gone = pc.if_else(pc.greater(table[name], moment), None, table[name])
                table = table.set_column(table.column_names.index(name), name, gone)
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, target / path)
        kept[path] = {**told, "rows": len(table)}
    run |= {"files": kept, "days": day + 1}
    (target / "run.json").write_text(json.dumps(run))
    return day


def _day(start: date, day: int) -> date:
    return date.fromordinal(start.toordinal() + day)


@pytest.mark.parametrize("share", [0.3, 0.62, 0.9])
def test_no_value_changes_when_all_that_is_later_is_deleted(
    folder: Path, tmp_path: Path, share: float
) -> None:
    told = read(Dataset(folder), "payment")
    last = told["payment_id"][int(share * len(told))].as_py()
    day = cut(folder, tmp_path / "cut", last)
    features(tmp_path / "cut")
    before = Dataset(tmp_path / "cut")
    assert read(before, "payment").equals(told.filter(pc.field("payment_id") <= last))
    days_ = read(Dataset(folder), "account_day")
    until = pc.field("day") < _day(date.fromisoformat(before.run["start"]), day)
    assert read(before, "account_day").filter(until).equals(days_.filter(until))
    assert len(days_.filter(until)) > 1000


def test_the_same_dataset_gives_the_same_bytes(folder: Path) -> None:
    files = [folder / "features" / f"{name}.parquet" for name in ("payment", "account_day")]
    before = [file.read_bytes() for file in files]
    features(folder, force=True)
    assert [file.read_bytes() for file in files] == before


def test_how_many_rows_are_computed_at_once_changes_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Path(shutil.copytree(folder, tmp_path / "world"))
    monkeypatch.setattr(by_day, "_ROWS", 150)
    features(made, force=True)
    for table in ("payment", "account_day"):
        assert read(Dataset(made), table).equals(read(Dataset(folder), table))


def test_there_is_a_row_for_each_payment_in_the_same_order(folder: Path) -> None:
    dataset = Dataset(folder)
    told = read(dataset, "payment")
    payments = dataset["payment"]
    assert told["payment_id"].equals(payments["payment_id"])
    assert told["time"].equals(payments["time"])


def test_no_feature_is_always_the_same(folder: Path) -> None:
    for table in ("payment", "account_day"):
        told = read(Dataset(folder), table)
        for name in told.column_names:
            assert len(told[name].unique()) > 1, name


def test_features_are_declared_once_and_say_what_they_are(folder: Path) -> None:
    for table in ("payment", "account_day"):
        declared = features_of(table)
        schema = read(Dataset(folder), table).schema
        assert schema.names[2:] == [each.name for each in declared]
        assert len({each.name for each in declared}) == len(declared)
        for each in declared:
            field = schema.field(each.name)
            assert field.metadata[b"doc"].decode() == each.doc
            assert field.metadata[b"unit"].decode() == each.unit
            assert field.metadata[b"window"].decode() == each.window
            assert field.nullable == each.nullable
            assert each.window in {*WINDOWS, "all", "day", ""}
            assert "\n" not in each.doc
            assert each.doc.endswith(".")
            assert not each.name.startswith("known_")


def test_a_column_that_may_not_be_null_is_not(folder: Path) -> None:
    for table in ("payment", "account_day"):
        told = read(Dataset(folder), table)
        for field in told.schema:
            assert field.nullable or told[field.name].null_count == 0, field.name
            if pa.types.is_floating(field.type):
                assert not pc.any(pc.is_nan(told[field.name])).as_py(), field.name


moves = st.lists(
    st.tuples(
        st.integers(0, 40 * 24),  # hours
        st.integers(0, 3),
        st.integers(0, 3),
        st.integers(1, 10) | st.integers(1, 10**12),
        st.booleans(),
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=40)
@given(moves)
def test_windows_are_what_counting_every_earlier_move_anew_gives(
    some: list[tuple[int, int, int, int, bool]],
) -> None:
    hour, payer, payee, amount, moved = (np.array(part) for part in zip(*sorted(some), strict=True))
    time = hour * 3_600_000
    pair = np.where(moved, payer * 4 + payee, -1)
    windows = Windows(4)
    day = _Moves(time, amount, payer, payee, moved)
    found = np.empty((len(OF_WINDOWS), len(time)), np.float32)
    windows.walk(day, pair.astype(np.int32), 16, found)
    told = dict(zip((each.name for each in OF_WINDOWS), found, strict=True))
    for row in range(len(time)):
        earlier = moved & (np.arange(len(time)) < row)
        for start, end in (("payer", payer[row]), ("payee", payee[row])):
            for side, own, other in (("out", payer, payee), ("in", payee, payer)):
                for name, width in WINDOWS.items():
                    inside = earlier & (own == end) & (time >= time[row] - width)
                    sums = amount[inside].astype(object)  # exact
                    expected = (
                        len(sums),
                        float(sum(sums)),
                        len(set(other[inside].tolist())),
                        float(np.mean(sums.astype(float))) if len(sums) else np.nan,
                        _deviation(sums.tolist()),
                    )
                    kinds = ("count", "sum", "partners", "mean", "deviation")
                    ours = [told[f"{start}_{side}_{kind}_{name}"][row] for kind in kinds]
                    assert np.allclose(ours, expected, rtol=1e-5, atol=1e-9, equal_nan=True)


class _Moves:
    """As much of a day as windows and pairs look at."""

    def __init__(
        self, time: Array, amount: Array, payer: Array, payee: Array, moved: Array
    ) -> None:
        self.time, self.amount, self.payer, self.payee = time, amount, payer, payee
        self.is_move, self.is_transfer = moved, moved

    def __len__(self) -> int:
        return len(self.time)


def _deviation(sums: list[int]) -> float:
    count, total = len(sums), sum(sums)
    if not count:
        return float("nan")
    return float(sum((count * each - total) ** 2 for each in sums) / count**3) ** 0.5


def test_ports_number_partners_in_order_of_their_first_payment() -> None:
    payer = np.array([0, 0, 1, 0, 2, 0, 0])
    payee = np.array([1, 2, 2, 1, 2, 3, 3])
    moved = np.array([True, True, True, True, True, False, True])
    day = _Moves(np.arange(7), np.ones(7), payer, payee, moved)
    found = np.empty((11, 7), np.float32)
    assert Pairs(4).walk(day, found).tolist() == [0, 1, 2, 0, 3, -1, 4]
    assert found[5].tolist() == [1, 2, 1, 1, 1, 3, 3]  # out_port
    assert found[6].tolist() == [1, 1, 2, 1, 3, 1, 1]  # in_port


def test_cores_components_and_ranks_are_those_of_networkx() -> None:
    rng = np.random.default_rng(3)
    edge = np.unique(rng.integers(0, 120, (260, 2)), axis=0)
    payer, payee = edge.T.astype(np.int32)
    ours = dict(zip(COLUMNS, Structure(125, payer, payee).columns, strict=True))
    directed = nx.DiGraph(edge.tolist())
    graph = directed.to_undirected()
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    graph.add_nodes_from(range(125))
    assert ours["degree"].tolist() == [graph.degree(node) for node in range(125)]
    assert ours["core"].tolist() == [nx.core_number(graph)[node] for node in range(125)]
    size = {node: len(part) for part in nx.connected_components(graph) for node in part}
    assert ours["component_size"].tolist() == [size[node] for node in range(125)]
    rank = nx.pagerank(directed, 0.85, tol=1e-12, max_iter=1000)
    expected = [rank.get(node, 0) * len(rank) for node in range(125)]
    assert np.allclose(ours["pagerank"], expected, atol=0.02)


def test_two_cliques_with_one_line_between_them_are_two_communities() -> None:
    sides = [(one, other) for one in range(6) for other in range(one)]
    lines = [*sides, *((one + 6, other + 6) for one, other in sides), (0, 6)]
    payer, payee = np.array(lines, np.int32).T
    found = Structure(13, payer, payee)
    assert found.columns[COLUMNS.index("community_size")].tolist() == [6.0] * 12 + [1.0]
    told = np.empty((12, 2), np.float32)
    found.write(np.array([1, 0]), np.array([2, 6]), told)
    assert told[10].tolist() == [1, 1]  # same_component
    assert told[11].tolist() == [1, 0]  # same_community


def test_a_hub_ties_nobody_together() -> None:
    spokes = np.array([(0, other) for other in range(1, 60)], np.int32)
    found = Structure(60, *np.vstack([spokes, [(1, 2)]]).T.astype(np.int32))
    size = found.columns[COLUMNS.index("component_size")]
    assert size[:4].tolist() == [1, 2, 2, 1]


def test_what_is_known_is_what_was_reported_by_then(folder: Path) -> None:
    dataset = Dataset(folder)
    facts = facts_of(dataset)
    all_days = list(days(dataset, facts))
    ids = np.concatenate([day.id for day in all_days])
    time = np.concatenate([day.time for day in all_days])
    rng = np.random.default_rng(1)
    rows = np.sort(rng.choice(len(ids), 400, replace=False))
    at = time[rows] + rng.integers(-DAY, 20 * DAY, len(rows))  # some before the payment itself
    names = [each.name for each in features_of("payment", known=True)]
    found = list(compute(facts, all_days, (ids[rows], at)))
    parts = [each.values for each in found if each.table == "payment"]
    told = np.concatenate(parts, axis=1)[-4:]
    assert names[-4:] == [f"known_{of}_count" for of in ("payer", "payee", "device", "ip")]
    ends = [
        np.concatenate([getattr(day, name) for day in all_days])
        for name in ("payer", "payee", "device", "ip")
    ]
    for row in rng.choice(len(ids), 500, replace=False):
        by_then = rows[(at < time[row]) & (rows < row)]
        for column in range(4):
            mine = ends[column][row]
            kinds = ends[:2] if column < 2 else [ends[column]]
            hit = np.any([kind[by_then] == mine for kind in kinds], axis=0)
            expected = np.nan if mine < 0 else hit.sum()
            assert np.array_equal(told[column, row], expected, equal_nan=True)
    last = found[-1]
    reported = rows[at < last.day.begin + DAY]
    either = [(ends[0][reported] == one) | (ends[1][reported] == one) for one in last.account]
    assert last.values[-1].tolist() == [each.sum() for each in either]


def test_what_is_known_is_written_only_where_it_is_asked_for(folder: Path, tmp_path: Path) -> None:
    made = tmp_path / "world"
    shutil.copytree(folder, made)
    dataset = Dataset(made)
    first = dataset["payment"]["payment_id"][:3].to_numpy()
    when = int(datetime(2026, 1, 3, tzinfo=UTC).timestamp() * 1000)
    features(made, reports=(first, np.full(3, when)), force=True)
    told = read(dataset, "payment")
    assert told.column_names[-4:] == [
        f"known_{of}_count" for of in ("payer", "payee", "device", "ip")
    ]
    assert told.drop_columns(told.column_names[-4:]).equals(read(Dataset(folder), "payment"))
    with pytest.raises(ValueError, match="must ascend"):
        features(made, reports=(first[::-1].copy(), np.full(3, when)), force=True)
    assert read(dataset, "payment").equals(told)


@pytest.mark.parametrize(
    "world",
    [
        World(users=1, days=3, patterns={}),
        World(users=30, days=3, start=date(2028, 2, 28), patterns={}),
        World(users=30, days=2, walks=("session",), patterns={}),
        World(users=30, days=2, walks=("payment",), patterns={}),
        World(users=30, days=0, patterns={}),
    ],
    ids=["one person", "leap day", "no payments", "no sessions", "no days"],
)
def test_every_world_has_features(world: World, tmp_path: Path) -> None:
    generate(world, [Parquet(str(tmp_path / "world"))])
    rows = features(tmp_path / "world")
    dataset = Dataset(tmp_path / "world")
    assert rows["payment"] == dataset.run["tables"].get("payment", 0)
    assert len(read(dataset, "payment")) == rows["payment"]
    assert len(read(dataset, "account_day")) == rows["account_day"]
    assert replace(world).days == len(dataset.days)
