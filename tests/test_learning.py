"""Labels with two clocks, noise, splits, and what one bank sees of a world."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from graphgen import Dataset, World
from graphgen.dataset import DatasetError
from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.learning.frame import Frame
from graphgen.learning.labelling import Labelling
from graphgen.learning.luck import key
from graphgen.learning.splits import PARTS, SPLITS, borders
from graphgen.pattern import Pattern
from graphgen.registry import EXPORTERS, PATTERNS

PLANTED = {"cycle": 12, "fan_in": 8, "account_takeover": 12, "structuring": 8, "shared_device": 3}

Rows = list[tuple[object, ...]]


def written(
    folder: Path, planted: dict[str, int], *, form: str = "parquet", days: int = 30
) -> Dataset:
    patterns = {name: PATTERNS.load(name, Pattern)(count=n) for name, n in planted.items()}
    world = World(users=900, days=days, seed=11, patterns=patterns)
    generate(world, [EXPORTERS.load(form, FileExporter)(str(folder))])
    return Dataset(folder)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return written(tmp_path_factory.mktemp("learning") / "world", PLANTED)


@pytest.fixture(scope="module")
def frame(dataset: Dataset) -> Frame:
    return Frame(dataset)


@pytest.fixture(scope="module")
def ask(frame: Frame) -> Callable[[str], Rows]:
    return lambda query: frame.sql(query).fetchall()


def test_luck_is_spread_evenly_and_one_draw_says_nothing_of_another(frame: Frame) -> None:
    first, second = key(7, "one"), key(7, "other")
    [(low, high, mean, spread, together)] = frame.sql(
        f"SELECT min(a), max(a), avg(a), stddev(a), corr(a, b) FROM (SELECT luck(id, {first}) AS a,"
        f" luck(id, {second}) AS b FROM (SELECT 100100000000 + range AS id FROM range(200000)))"
    ).fetchall()
    assert low > 0
    assert high < 1
    assert mean == pytest.approx(0.5, abs=0.005)
    assert spread == pytest.approx(1 / math.sqrt(12), abs=0.005)
    assert abs(together) < 0.01
    counts = frame.sql(
        "SELECT count(*) FROM range(200000) "
        f"GROUP BY floor(100 * luck(100100000000 + range, {first}))"
    ).fetchall()
    assert sum((count - 2000) ** 2 / 2000 for (count,) in counts) < 150  # chi-squared, 99 degrees


def test_what_is_normal_has_mean_zero_and_deviation_one(ask: Callable[[str], Rows]) -> None:
    [(mean, spread, within)] = ask(
        "SELECT avg(z), stddev(z), avg((abs(z) < 1.96)::INT) "
        f"FROM (SELECT normal(range, {key(3, 'z')}) AS z FROM range(100000))"
    )
    assert mean == pytest.approx(0, abs=0.02)
    assert spread == pytest.approx(1, abs=0.02)
    assert within == pytest.approx(0.95, abs=0.005)


def test_a_label_is_known_only_after_it_happened_and_of_honest_rows_never(
    ask: Callable[[str], Rows],
) -> None:
    assert ask("SELECT count(*) FROM edge_label WHERE reported_at < time") == [(0,)]
    assert ask("SELECT count(*) FROM case_label WHERE reported_at < began") == [(0,)]
    assert ask(
        "SELECT count(*) FROM edge_label WHERE NOT is_fraud AND reported_at IS NOT NULL"
    ) == [(0,)]
    [(known, unknown)] = ask(
        "SELECT count(reported_at), count(*) - count(reported_at) FROM edge_label WHERE is_fraud"
    )
    assert known > 0
    assert unknown > 0


def test_a_row_is_never_known_before_its_case(ask: Callable[[str], Rows]) -> None:
    assert ask(
        "SELECT count(*) FROM edge_label AS e JOIN case_label AS c USING (case_id) "
        "WHERE e.reported_at < c.reported_at "
        "OR (c.reported_at IS NULL AND e.reported_at IS NOT NULL)"
    ) == [(0,)]


def test_what_is_known_at_a_moment_stays_known_and_nothing_of_later_is(
    ask: Callable[[str], Rows],
) -> None:
    counts = []
    for days in (5, 15, 30, 90, 4000):
        moment = f"world_start() + to_days({days})"
        [(count, latest)] = ask(
            f"SELECT count(*), coalesce(max(reported_at) <= {moment}, true) FROM known_at({moment})"
        )
        assert latest
        counts.append(count)
    assert counts == sorted(counts)
    assert ask("SELECT count(*) FROM edge_label WHERE told AND reported_at IS NOT NULL") == [
        (counts[-1],)
    ]


def test_a_pattern_says_which_share_of_its_crimes_is_ever_known(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    from graphgen.reporting import Reporting

    cycle = PATTERNS.load("cycle", Pattern)
    for share, known in ((0.0, 0), (1.0, PLANTED["cycle"])):
        monkeypatch.setattr(cycle, "reporting", Reporting(share=share, days=2.0, spread=0.1))
        frame = Frame(dataset)
        [(count, days)] = frame.sql(
            "SELECT count(reported_at), median(epoch(reported_at - began)) / 86400 FROM case_label "
            "WHERE pattern = 'cycle' AND is_fraud"
        ).fetchall()
        assert count == known
    assert days == pytest.approx(2.0, rel=0.1)


def test_without_delay_all_crimes_are_known_as_they_happen(dataset: Dataset) -> None:
    frame = Frame(dataset, Labelling(delay=False))
    assert frame.sql(
        "SELECT count(*) FROM edge_label WHERE is_fraud AND reported_at IS DISTINCT FROM time"
    ).fetchall() == [(0,)]


def test_what_is_learnt_from_may_be_what_was_known_on_a_day(dataset: Dataset, frame: Frame) -> None:
    day = borders(dataset)[0]
    then = Frame(dataset, Labelling(known_at=day))
    moment = f"TIMESTAMPTZ '{day} 00:00:00Z'"
    truth = "SELECT id, is_fraud, reported_at FROM transfer ORDER BY id"
    assert then.sql(truth).fetchall() == frame.sql(truth).fetchall()
    wanted = f"(reported_at <= {moment} OR time >= {moment})"
    told = "SELECT id FROM transfer WHERE {} ORDER BY id"
    known = then.sql(told.format("told")).fetchall()
    assert known == frame.sql(told.format(f"is_fraud AND {wanted}")).fetchall()
    assert 0 < len(known) < len(frame.sql(told.format("is_fraud")).fetchall())
    learnt = (
        "SELECT entity, entity_id FROM {} WHERE told AND reported_at <= {} OR told AND since >= {} "
        "AND (entity, entity_id) NOT IN (SELECT ('account', account_id) FROM account_part "
        "WHERE part = 0) ORDER BY ALL"
    )
    nodes = then.sql("SELECT entity, entity_id FROM node_label WHERE told ORDER BY ALL").fetchall()
    assert nodes == frame.sql(learnt.format("node_label", moment, moment)).fetchall()
    assert 0 < len(nodes) < len(frame.sql("FROM node_label WHERE told").fetchall())


def test_another_pattern_moves_no_label(dataset: Dataset, tmp_path: Path) -> None:
    other = Frame(written(tmp_path / "world", {"cycle": 12, "bipartite": 2}))
    query = "SELECT * FROM case_label WHERE pattern = 'cycle' ORDER BY case_id"
    assert Frame(dataset).sql(query).fetchall() == other.sql(query).fetchall()


def test_every_row_is_in_one_part_of_each_split_and_days_are_whole(
    dataset: Dataset, ask: Callable[[str], Rows]
) -> None:
    for split in SPLITS:
        parts = dict(ask(f"SELECT {split}, count(*) FROM transfer GROUP BY 1"))
        whole = sum(parts.values())
        assert set(parts) - {None} == set(PARTS)
        assert parts["train"] / whole == pytest.approx(0.6, abs=0.07)
        assert parts["test"] / whole == pytest.approx(0.2, abs=0.07)
    first, second = borders(dataset)
    assert dataset.days[0] < first < second <= dataset.days[-1]
    assert ask(
        "SELECT count(*) FROM (SELECT time::DATE FROM transfer GROUP BY 1 "
        "HAVING count(DISTINCT split_time) > 1)"
    ) == [(0,)]


def test_a_case_lies_in_one_part_or_in_none(ask: Callable[[str], Rows]) -> None:
    assert ask(
        "SELECT count(*) FROM (SELECT case_id FROM transfer WHERE case_id IS NOT NULL GROUP BY 1 "
        "HAVING count(DISTINCT split_case) > 1 OR count(split_case) NOT IN (0, count(*)))"
    ) == [(0,)]
    assert ask(
        "SELECT count(*) FROM transfer WHERE case_id IS NOT NULL AND split_case <> split_time"
    ) == [(0,)]


def test_whom_the_test_is_about_is_in_no_row_of_training(ask: Callable[[str], Rows]) -> None:
    assert ask(
        "SELECT count(*) FROM transfer JOIN account_part ON account_id IN (payer, payee) "
        "WHERE part = 2 AND split_inductive <> 'test'"
    ) == [(0,)]
    assert ask(
        "SELECT count(*) FROM (SELECT case_id FROM member "
        "JOIN account_part ON account_id = entity_id WHERE entity = 'account' "
        "AND case_id = (SELECT min(case_id) FROM member) GROUP BY 1 "
        "HAVING count(DISTINCT part) > 1)"
    ) == [(0,)]


def test_who_is_robbed_is_no_criminal(ask: Callable[[str], Rows]) -> None:
    victims = ask(
        "SELECT count(*), count(*) FILTER (n.is_fraud) FROM member AS m "
        "JOIN case_label AS c USING (case_id) JOIN node_label AS n USING (entity, entity_id) "
        "WHERE c.is_fraud AND m.role = 'victim' AND (entity, entity_id) NOT IN (SELECT "
        "(entity, entity_id) FROM member JOIN case_label USING (case_id) "
        "WHERE is_fraud AND role <> 'victim')"
    )
    assert victims[0][0] > 0
    assert victims[0][1] == 0


NOISE = {
    "overlooked": Labelling(overlooked=0.5),
    "false_alarms": Labelling(false_alarms=0.02),
    "missing": Labelling(missing=0.1),
    "neighbours": Labelling(neighbours=0.5),
    "unlabelled": Labelling(unlabelled=("cycle",)),
}


@pytest.mark.parametrize("name", NOISE)
def test_noise_is_told_in_training_and_leaves_the_truth_as_it_is(
    name: str, dataset: Dataset, frame: Frame
) -> None:
    noisy = Frame(dataset, NOISE[name])
    truth = "SELECT id, is_fraud, is_lookalike, case_id FROM transfer ORDER BY id"
    assert noisy.sql(truth).fetchall() == frame.sql(truth).fetchall()
    wrong = "SELECT count(*) FROM transfer WHERE told IS DISTINCT FROM is_fraud"
    assert frame.sql(wrong).fetchall() == [(0,)]
    [(falsely,)] = noisy.sql(wrong).fetchall()
    assert falsely > 0
    if name != "unlabelled":  # a pattern that nobody knows is not known later either
        assert noisy.sql(f"{wrong} AND split_time <> 'train'").fetchall() == [(0,)]
    [(nodes,)] = noisy.sql(
        "SELECT count(*) FROM node_label WHERE told IS DISTINCT FROM is_fraud"
    ).fetchall()
    assert nodes > 0


def test_as_many_rows_are_told_falsely_as_was_asked_for(dataset: Dataset) -> None:
    noisy = Frame(dataset, Labelling(false_alarms=0.02, missing=0.1))
    [(alarms, missing)] = noisy.sql(
        "SELECT avg((told AND NOT is_fraud)::INT) FILTER (told IS NOT NULL), "
        "avg((told IS NULL)::INT) FROM transfer WHERE split_time = 'train'"
    ).fetchall()
    assert alarms == pytest.approx(0.02, rel=0.15)
    assert missing == pytest.approx(0.1, rel=0.1)


@pytest.fixture(scope="module")
def bank(dataset: Dataset) -> int:
    [(bank,)] = dataset.sql(
        "SELECT bank_id FROM account GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    ).fetchall()
    return int(bank)


def test_a_bank_sees_its_own_payments_whole_and_no_other(
    dataset: Dataset, bank: int, frame: Frame
) -> None:
    view = Frame(dataset, bank=bank)
    own = f"SELECT account_id FROM account WHERE bank_id = {bank}"
    seen = "SELECT payment_id, amount_minor FROM payment {} ORDER BY 1"
    mine = seen.format(f"WHERE debtor_account_id IN ({own}) OR creditor_account_id IN ({own})")
    assert view.sql(seen.format("")).fetchall() == frame.sql(mine).fetchall()


def test_a_bank_knows_nothing_of_who_is_elsewhere_but_account_and_bank(
    dataset: Dataset, bank: int
) -> None:
    view = Frame(dataset, bank=bank)
    [(others, told)] = view.sql(
        "SELECT count(*), count(coalesce(type, opened::VARCHAR, opening_balance_minor::VARCHAR, "
        f"credit_limit_minor::VARCHAR)) FROM account WHERE bank_id <> {bank}"
    ).fetchall()
    assert others > 0
    assert told == 0
    strangers = (
        f"SELECT user_id FROM {{}} WHERE user_id NOT IN (SELECT user_id FROM whole_has_account "
        f"JOIN whole_account USING (account_id) WHERE bank_id = {bank})"
    )
    for table in ('"user"', "session", "action", "uses_device", "has_email", "lives_at"):
        assert view.sql(strangers.format(table)).fetchall() == []
    assert view.sql(
        "SELECT count(*) FROM payment WHERE debtor_balance_minor IS NOT NULL AND debtor_account_id "
        f"NOT IN (SELECT account_id FROM whole_account WHERE bank_id = {bank})"
    ).fetchall() == [(0,)]


def test_a_label_of_a_view_is_that_of_the_whole(dataset: Dataset, bank: int, frame: Frame) -> None:
    view = Frame(dataset, bank=bank)
    query = "SELECT event, event_id, is_fraud, case_id, pattern FROM edge_label ORDER BY ALL"
    whole = set(frame.sql(query).fetchall())
    seen = view.sql(query).fetchall()
    assert seen
    assert set(seen) < whole


@pytest.mark.parametrize("days", [0, 1, 2, 3])
def test_a_world_of_few_days_has_splits_too(days: int, tmp_path: Path) -> None:
    short = written(tmp_path / "world", {}, days=days)
    frame = Frame(short)
    parts = frame.sql("SELECT DISTINCT split_time FROM transfer ORDER BY 1").fetchall()
    assert len(parts) == days


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_labels_are_the_same_whatever_files_the_dataset_has(
    form: str, dataset: Dataset, tmp_path: Path
) -> None:
    other = Frame(written(tmp_path / "world", PLANTED, form=form))
    for table in ("edge_label", "node_label", "case_label"):
        query = f"SELECT * FROM {table} ORDER BY ALL"
        assert Frame(dataset).sql(query).fetchall() == other.sql(query).fetchall()


def test_a_bank_that_is_none_is_told_in_one_line(dataset: Dataset) -> None:
    from graphgen.banks import bank_id

    with pytest.raises(DatasetError, match=r"^view: 'nonsense' is no id of kind bank"):
        bank_id(dataset, "nonsense", "view")


def test_features_know_of_labels_only_what_had_been_reported(
    dataset: Dataset, tmp_path: Path
) -> None:
    from typer.testing import CliRunner

    from graphgen.cli import app
    from graphgen.features import read

    folder = tmp_path / "world"
    written(folder, PLANTED)
    done = CliRunner().invoke(app, ["features", str(folder), "--known", "--quiet"])
    assert done.exit_code == 0, done.output
    found = read(Dataset(folder), "payment", ["known_payer_count", "known_payee_count"])
    [(by_then,)] = (
        Frame(dataset)
        .sql(
            "SELECT count(*) FROM transfer AS t WHERE EXISTS (SELECT 1 FROM transfer AS other JOIN "
            "edge_label AS l ON l.event_id = other.id WHERE l.reported_at < t.time AND l.told "
            "AND other.time < t.time AND t.payer IN (other.payer, other.payee))"
        )
        .fetchall()
    )
    assert by_then > 0
    told = found["known_payer_count"].to_numpy()
    assert (told > 0).sum() >= by_then  # what is settled or charged for them knows it too
