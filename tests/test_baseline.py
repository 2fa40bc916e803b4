"""Baselines know what a bank knew, and are told how good they are by the truth."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score
from typer.testing import CliRunner

from graphgen import Dataset, World
from graphgen.baseline import ABLATIONS, AS_IN_LIFE, Rows, baseline, read, rules
from graphgen.baseline.columns import RUNGS, column_names, features_of, matrix
from graphgen.baseline.neighbours import neighbours
from graphgen.baseline.scoring import measure
from graphgen.baseline.surroundings import PORTS, Surroundings
from graphgen.cli import app
from graphgen.config import read_world_file
from graphgen.exporters.parquet import Parquet
from graphgen.features import features
from graphgen.features import read as read_features
from graphgen.features.by_day import GROUPS
from graphgen.generate import generate
from graphgen.learning.frame import Frame
from graphgen.pattern import Pattern
from graphgen.registry import PATTERNS
from graphgen.schema import SCHEMAS
from graphgen.world import FRAUD


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("world") / "world"
    generate(World(users=300, days=60, seed=5, fraud=FRAUD["training"]), [Parquet(str(made))])
    features(made)
    return made


@pytest.fixture(scope="module")
def rows(folder: Path) -> Rows:
    found, connection = read(Dataset(folder), AS_IN_LIFE)
    connection.close()
    return found


def test_what_is_learnt_from_was_reported_when_training_ended(folder: Path, rows: Rows) -> None:
    """A crime that is told of later is honest to a learner; validation is known when that ends."""
    ends = [rows.time[rows.part == part].max() for part in (0, 1)]
    for part, end in enumerate(ends):
        ids = rows.id[(rows.part == part) & rows.is_known]
        frame = Frame(Dataset(folder))
        reported = frame.sql(
            "SELECT event_id FROM edge_label WHERE event = 'payment' AND told "
            f"AND epoch_ms(reported_at) <= {end} ORDER BY 1"
        ).fetchnumpy()["event_id"]
        frame.close()
        assert set(ids) == set(reported) & set(rows.id[rows.part == part])
    assert 0 < rows.is_known[rows.part == 0].sum() < rows.is_fraud[rows.part == 0].sum()


def test_without_delay_every_crime_is_known_and_at_random_the_parts_overlap_in_time(
    folder: Path, rows: Rows
) -> None:
    """Each ablation takes away what it is called after."""
    at_random, no_delay, no_lookalikes = (read(Dataset(folder), each)[0] for each in ABLATIONS)
    assert (no_delay.is_known == no_delay.is_fraud).all()
    assert at_random.time[at_random.part == 0].max() > at_random.time[at_random.part == 2].min()
    assert rows.time[rows.part == 0].max() < rows.time[rows.part == 2].min()
    gone = rows.is_kept & ~no_lookalikes.is_kept
    assert gone.any()
    assert not rows.is_fraud[gone].any()


def test_every_rule_is_of_a_pattern_and_sees_no_truth() -> None:
    """A rule is written from a pattern's description; no table of truth has a name in it."""
    truth = [name for name, schema in SCHEMAS.items() if schema.folder == "truth"]
    hidden = {*truth, "edge_label", "node_label", "case_label", "transfer", "is_fraud", "told"}
    names = rules.rule_names()
    assert set(names) <= set(PATTERNS.usable(Pattern))
    assert len(names) == 17
    for name in names:
        code = [line for line in rules.rule_text(name).splitlines() if not line.startswith("--")]
        words = set(" ".join(code).replace("(", " ").replace(",", " ").replace(".", " ").split())
        assert not words & (hidden - {"case"}), name


def test_a_rule_names_the_same_payments_when_what_comes_later_is_gone(folder: Path) -> None:
    """Rules look back alone: without the last days of all tables the first days' alerts stay."""
    whole, connection = read(Dataset(folder), AS_IN_LIFE)
    border = whole.time[whole.part == 1].max()
    before = rules.fired(connection, whole)
    for table in ("payment", "session", "action"):
        kept = f"FROM {table} WHERE epoch_ms(time) <= {border}"
        connection.execute(f"CREATE TABLE cut_{table} AS {kept}")
        connection.execute(f"CREATE OR REPLACE VIEW {table} AS FROM cut_{table}")
    after = rules.fired(connection, whole)
    connection.close()
    for name, named in before.items():
        assert named[whole.time[named] <= border].tolist() == after[name].tolist(), name
    assert sum(map(len, after.values())) > 20


def test_scores_of_rules_do_not_hang_on_what_the_test_is(folder: Path, rows: Rows) -> None:
    """How often a rule is right is learnt from training, by what was known."""
    _, connection = read(Dataset(folder), AS_IN_LIFE)
    fired = rules.fired(connection, rows)
    connection.close()
    turned = replace(rows, is_fraud=~rows.is_fraud)
    assert (rules.scores(fired, rows) == rules.scores(fired, turned)).all()


def test_average_precision_is_that_of_scikit_learn(rows: Rows) -> None:
    """Ours counts ties as theirs does."""
    score = np.random.default_rng(1).integers(0, 50, len(rows.id)) + 5.0 * rows.is_fraud
    test = rows.part == 2
    theirs = average_precision_score(rows.is_fraud[test], score[test])
    assert measure(rows, score).average_precision == pytest.approx(theirs)


def test_the_truth_as_a_score_finds_all_and_a_constant_finds_what_chance_does(rows: Rows) -> None:
    """The ends of every scale."""
    best = measure(rows, rows.is_fraud.astype(float))
    none = measure(rows, np.zeros(len(rows.id)))
    assert best.average_precision == pytest.approx(1.0)
    assert best.recall_at_false_5_percent == pytest.approx(1.0)
    assert none.average_precision == pytest.approx(rows.is_fraud[rows.part == 2].mean())
    assert none.recall_percent == pytest.approx(0.01)
    assert none.recall_at_false_5_percent == pytest.approx(0.05, abs=1e-4)


def test_every_feature_is_on_one_rung(folder: Path, rows: Rows) -> None:
    """Each feature but the label-delayed ones; and a row has its own payment's values."""
    on_rungs = [name for rung in RUNGS for name in features_of(rung)]
    there = [f.name for group, some in GROUPS["payment"].items() if group != "known" for f in some]
    assert sorted(on_rungs) == sorted(there)
    chosen = np.arange(0, len(rows.id), 97)
    values, widths = matrix(Dataset(folder), rows, chosen)
    assert values.shape == (len(chosen), widths["graph"])
    table = read_features(Dataset(folder), "payment", ["payment_id", "payer_age"])
    ages = dict(zip(table["payment_id"].to_pylist(), table["payer_age"].to_pylist(), strict=True))
    column = column_names().index("payer_age")
    wanted = [ages[id_] for id_ in rows.id[chosen].tolist()]
    assert values[:, column].tolist() == pytest.approx(wanted)


def test_neighbours_are_the_last_payments_before_and_never_a_later_one() -> None:
    """Four payments among three accounts: 0 pays 1, 1 pays 2, 0 pays 1 again, 2 pays 0."""
    around = neighbours(np.array([0, 1, 0, 2]), np.array([1, 2, 1, 0]))
    place = around.place[:, np.arange(4)]
    before = around.before(place, 2)
    events = np.where(before >= 0, around.event[before], -1)
    assert events[0].tolist() == [[-1, -1], [0, -1], [0, -1], [1, -1]]  # the payers'
    assert events[1].tolist() == [[-1, -1], [-1, -1], [1, 0], [2, 0]]  # the payees'
    assert around.event[around.across(place)].tolist() == [[0, 1, 2, 3]] * 2


def test_the_command_climbs_the_ladder_and_says_what_it_needed(folder: Path) -> None:
    """One document with every rung, finite and within its scale; the table fits 80 columns."""
    found = CliRunner().invoke(app, ["baseline", str(folder), "--seeds", "1", "--no-gnn", "--json"])
    assert found.exit_code == 0, found.output
    told = json.loads(found.output)
    assert [rung["name"] for rung in told["rungs"]] == ["rules", "raw", "velocity", "graph"]
    assert all(0 < rung["mean"]["average_precision"] < 1 for rung in told["rungs"])
    assert told["memory"] > 0
    assert "NaN" not in found.output
    assert told["left_out"] == "it was not asked for"


def test_a_missing_extra_is_one_line_that_names_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without scikit-learn nothing is begun."""
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ValueError, match=r"pip install 'graphgen\[ml\]'"):
        baseline(folder)


@pytest.fixture
def values(rows: Rows, folder: Path) -> np.ndarray:
    """Give the columns of every row."""
    return matrix(Dataset(folder), rows, np.arange(len(rows.id)))[0]


def test_rings_hold_payments_of_the_accounts_and_say_which_lead_back(
    values: np.ndarray, rows: Rows
) -> None:
    """By hand, for some payments: their ports are the features', and ego ids mark their ends."""
    around = Surroundings(rows, values)
    chosen = np.flatnonzero(rows.is_fraud)[::7]
    _, _, near, far = around.of(chosen)
    egos = near.columns[..., -2:] > 0
    for batch, row in enumerate(chosen.tolist()):
        for end, account in enumerate((rows.payer[row], rows.payee[row])):
            over = (rows.payer[:row] == account) | (rows.payee[:row] == account)
            last = np.flatnonzero(over)[::-1][: near.is_there.shape[2]]
            assert near.is_there[batch, end].sum() == len(last)
            paid = near.is_paid[batch, end, : len(last)]
            other = np.where(paid, rows.payer[last], rows.payee[last])
            wanted = np.stack([other == rows.payer[row], other == rows.payee[row]], -1)
            assert egos[batch, end, : len(last)].tolist() == wanted.tolist()
    assert egos.any()
    assert (far.columns[..., -2:] > 0).any()
    assert not far.columns[~far.is_there].any()


def test_a_column_that_training_never_has_is_nothing_to_the_network(
    values: np.ndarray, rows: Rows
) -> None:
    """No warning is given, which here would be an error, and nothing is made of it."""
    whole = Surroundings(rows, values).of(rows.of(2))[1]
    column = values.shape[1] - 1
    values[rows.part == 0, column] = np.nan
    lacking = Surroundings(rows, values).of(rows.of(2))[1]
    assert np.isfinite(lacking).all()
    values[:, column] = np.nan
    none = Surroundings(rows, values).of(rows.of(2))[1]
    assert not none[:, -1].any()
    assert (none[:, :-1] == whole[:, :-1]).all()


@pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed (graphgen[gnn])")
def test_the_graph_network_is_blind_to_what_comes_later(
    values: np.ndarray, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Turning every payment of the test after its first half leaves the first half's scores."""
    from graphgen.baseline.gnn import network_scores

    monkeypatch.setattr("graphgen.baseline.gnn._HONEST", 1000)
    test = rows.of(2)
    late = test[len(test) // 2 :]
    raw, turned = rows.raw.copy(), values.copy()
    raw[:, late], turned[late] = raw[:, late[::-1]], turned[late[::-1]]
    one = network_scores(rows, values, 0)
    other = network_scores(replace(rows, raw=raw), turned, 0)
    early = np.concatenate([rows.of(1), test[: len(test) // 2]])
    assert np.array_equal(one[early], other[early])
    assert not np.array_equal(one[late], other[late])


@pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed (graphgen[gnn])")
def test_the_network_uses_its_rings_and_its_past_and_is_shown_without_each(
    values: np.ndarray, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part that is taken away changes no score by what it holds."""
    from graphgen.baseline.gnn import PARTS, network_scores

    monkeypatch.setattr("graphgen.baseline.gnn._HONEST", 1000)
    other = values.copy()
    column = column_names().index("payer_age")
    assert "payer_age" not in PORTS
    other[:, column] = other[::-1, column]
    no_past = PARTS["no past"]
    assert np.array_equal(
        network_scores(rows, values, 0, no_past), network_scores(rows, other, 0, no_past)
    )
    assert not np.array_equal(network_scores(rows, values, 0), network_scores(rows, other, 0))
    no_rings = PARTS["no rings"]
    moved = replace(rows, time=rows.time // 2 + rows.time[0] // 2)  # only gaps in rings see it
    assert np.array_equal(
        network_scores(rows, values, 0, no_rings), network_scores(moved, values, 0, no_rings)
    )
    assert not np.array_equal(network_scores(rows, values, 0), network_scores(moved, values, 0))


def test_the_example_of_amlworlds_mix_has_its_rate_and_patterns() -> None:
    """One payment in 981, of eight patterns."""
    file = Path(__file__).resolve().parent.parent / "examples" / "amlworld.yaml"
    fraud = read_world_file(file).world.fraud
    assert fraud is not None
    assert fraud.rate == pytest.approx(1 / 981, rel=0.001)
    assert set(fraud.mix) == {
        *("bipartite", "cycle", "fan_in", "fan_out"),
        *("gather_scatter", "random_walk", "scatter_gather", "stack"),
    }
