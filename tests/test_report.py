"""What the report says of a dataset is what is in its files."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from rich.console import Console

from graphgen.dataset import Dataset
from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.pattern import Pattern
from graphgen.registry import EXPORTERS, PATTERNS
from graphgen.report import Report, entities, leaks, paths, pooled, report, windows
from graphgen.report.acquaintance import known_ends, knows_payee, payers
from graphgen.report.difficulty import Difficulty, Level, difficulty
from graphgen.report.features import features
from graphgen.report.html import page
from graphgen.report.introduction import adds_payee, days_added
from graphgen.report.moves import Moves, moves
from graphgen.report.precision import best_threshold, curve, f1
from graphgen.report.reading import Facts, read
from graphgen.report.separation import chance, placed, separation
from graphgen.report.show import rendered
from graphgen.report.split import split
from graphgen.schema import words
from graphgen.world import DAY_MS, World

DAY = 86_400_000
NAMES = ("fan_in", "kiting", "shared_device")


def written(folder: Path, world: World) -> Path:
    generate(world, [EXPORTERS.load("parquet", FileExporter)(str(folder))])
    return folder


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a small world with many crimes."""
    patterns = {name: PATTERNS.load(name, Pattern)(count=16) for name in NAMES}
    world = World(users=800, days=40, patterns=patterns)
    return written(tmp_path_factory.mktemp("report") / "world", world)


@pytest.fixture(scope="session")
def found(dataset: Path) -> Report:
    return report(dataset)


@pytest.fixture
def facts(dataset: Path) -> Facts:
    return read(Dataset(dataset))


def made(rng: np.random.Generator, accounts: int, count: int) -> Moves:
    """Draw moves between a few accounts, several at one moment."""
    time = np.sort(rng.integers(0, 30 * DAY, count)) // 7_200_000 * 7_200_000
    payer = rng.integers(0, accounts, count)
    payee = (payer + rng.integers(1, accounts, count)) % accounts
    ends = np.stack([payer, payee], axis=1).reshape(-1)
    known, pair = np.unique(payer * accounts + payee, return_inverse=True)
    return Moves(
        "payment",
        np.arange(count),
        payer,
        payee,
        time,
        rng.integers(100, 9_000, count).astype(float),
        rng.random(count) < 0.9,
        np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=accounts))]),
        np.argsort(ends, kind="stable"),
        pair,
        len(known),
    )


def places(some: Moves) -> np.ndarray:
    place = np.empty(len(some.entry), np.int64)
    place[some.entry] = np.arange(len(some.entry))
    return place


def chain_of(*hops: tuple[int, int, int, float]) -> Moves:
    """Make moves of (payer, payee, day, amount)."""
    payer, payee, day, amount = (np.array(column) for column in zip(*hops, strict=True))
    ends = np.stack([payer, payee], axis=1).reshape(-1)
    return replace(
        made(np.random.default_rng(0), 3, len(hops)),
        payer=payer,
        payee=payee,
        time=day * DAY,
        amount=amount.astype(float),
        booked=np.ones(len(hops), bool),
        first=np.concatenate([[0], np.cumsum(np.bincount(ends))]),
        entry=np.argsort(ends, kind="stable"),
    )


def followed(some: Moves) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    ways = (some.first, places(some), some.entry, some.payer, some.payee, some.time, some.amount)
    back, forth = paths.chains(*ways, some.booked, 3 * DAY, 0.85, 64)
    return back, forth, paths.cycles(*ways, some.booked, forth, 3 * DAY, 0.85, 12, 400)


# what is counted


def test_the_separation_of_a_number_is_its_area_under_the_roc_curve() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(1)
    crime, honest = rng.integers(3, 9, 40), rng.integers(0, 8, 300)
    theirs = metrics.roc_auc_score(
        np.r_[np.ones(40), np.zeros(300)], np.concatenate([crime, honest])
    )
    ours = separation(placed(crime, np.sort(honest)), np.arange(40))
    assert ours.above == pytest.approx(theirs)
    assert ours.rows == ours.cases == 40


def test_rows_of_one_case_are_one_observation_of_the_error() -> None:
    place = np.random.default_rng(2).random(30)
    one = separation(place, np.arange(30))
    twice = separation(np.repeat(place, 5), np.repeat(np.arange(30), 5))
    assert twice.error == pytest.approx(one.error)
    assert separation(place, np.zeros(30)).error == 0.5


def test_the_error_beside_a_few_look_alikes_is_theirs_too() -> None:
    rng = np.random.default_rng(4)
    case = np.repeat(np.arange(8), 3)
    draws = []
    for _ in range(300):
        crime, like = (np.repeat(rng.random(8), 3) + 1e-3 * rng.random(24) for _ in range(2))
        place, back = placed(crime, np.sort(like)), placed(like, np.sort(crime))
        draws.append((separation(place, case).error, separation(place, case, (back, case)).error))
        draws[-1] += (place.mean(),)
    alone, both, above = np.array(draws).T
    assert both.mean() == pytest.approx(above.std(), rel=0.2)
    assert alone.mean() < 0.8 * above.std()


def test_by_chance_p_values_are_spread_evenly_and_a_difference_is_found() -> None:
    rng = np.random.default_rng(3)
    honest = rng.random(2_000)
    even = [
        chance(rng, [rng.choice(honest, 40)], [np.repeat(np.arange(10), 4)], [honest], block=True)
        for _ in range(60)
    ]
    assert 0.3 < np.mean(even) < 0.7
    assert min(even) > 0.0005
    assert pooled(even) > 0.001
    shifted = chance(rng, [np.full(40, 0.9)], [np.repeat(np.arange(10), 4)], [honest], block=True)
    assert shifted < 0.002


def test_p_values_are_pooled_as_fisher_did() -> None:
    stats = pytest.importorskip("scipy.stats")
    values = [0.2, 0.01, 0.7, 0.33]
    assert pooled(values) == pytest.approx(stats.combine_pvalues(values).pvalue)
    assert pooled([0.2]) == pytest.approx(0.2)


def test_average_precision_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(4)
    score, weight = np.round(rng.random(500), 2), rng.random(500)
    crime = rng.random(500) < 0.2 + 0.5 * score
    ours = curve(score, crime, weight)
    theirs = metrics.average_precision_score(crime, score, sample_weight=weight)
    assert ours.average_precision == pytest.approx(theirs)
    best = best_threshold(ours)
    precision, recall, harmonic = f1(score, crime, weight, best)
    assert harmonic == pytest.approx(2 * precision * recall / (precision + recall))
    assert harmonic >= max(f1(score, crime, weight, at)[2] for at in np.unique(score)) - 1e-9


# what is known when an order comes


def test_velocity_counts_strictly_earlier_money_of_the_window_only() -> None:
    some = made(np.random.default_rng(5), 6, 300)
    spans = np.array([DAY, 7 * DAY])
    around, since = windows.recent(
        some.first, some.entry, some.time, some.amount, some.booked, spans
    )
    for order in range(0, 300, 7):
        now = some.time[order]
        for side, account in enumerate((some.payer[order], some.payee[order])):
            for place, span in enumerate(spans):
                when = some.booked & (some.time < now) & (some.time >= now - span)
                for way, end in enumerate((some.payer, some.payee)):
                    here = when & (end == account)
                    count, total = around[2 * order + side, place, 2 * way : 2 * way + 2]
                    assert count == here.sum()
                    assert total == pytest.approx(some.amount[here].sum(), abs=1e-2)
            last = some.time[some.booked & (some.time < now) & (some.payer == account)]
            expected = now - last.max() if len(last) else -1
            assert since[2 * order + side, 0] == expected


def test_what_comes_later_changes_nothing_of_what_was_known() -> None:
    some = made(np.random.default_rng(6), 5, 200)
    later = replace(some, amount=np.where(np.arange(200) >= 120, 1e6, some.amount))
    spans = np.array([30 * DAY])
    one, other = (
        windows.recent(each.first, each.entry, each.time, each.amount, each.booked, spans)[0]
        for each in (some, later)
    )
    earlier = 2 * np.flatnonzero(some.time <= some.time[120])
    assert (one[earlier] == other[earlier]).all()


def test_partners_are_counted_once_whatever_they_pay() -> None:
    some = made(np.random.default_rng(7), 7, 250)
    fan = windows.partners(
        some.first,
        some.entry,
        some.time,
        some.booked,
        some.pair,
        some.pairs,
        DAY,
        2 * DAY,
    )
    for order in range(0, 250, 5):
        now, payee = some.time[order], some.payee[order]
        when = some.booked & (some.time >= now - DAY) & (some.time <= now + 2 * DAY)
        into = np.unique(some.payer[when & (some.payee == payee)])
        out = np.unique(some.payee[when & (some.payer == payee)])
        assert fan[2 * order + 1].tolist() == [len(out), len(into)]


# what the graph knows


def test_a_chain_is_hops_in_time_that_pass_on_what_came() -> None:
    hops = [(0, 1, 1, 100), (1, 2, 2, 95), (2, 3, 3, 92), (3, 4, 9, 91), (1, 5, 2, 40)]
    back, forth, cycle = followed(chain_of(*hops))
    assert back.tolist() == [0, 1, 2, 0, 0]  # the fourth comes too late, the fifth is too little
    assert forth.tolist() == [2, 1, 0, 0, 0]
    assert not cycle.any()


def test_a_cycle_comes_back_to_who_paid_first() -> None:
    hops = [(0, 1, 1, 100), (1, 2, 2, 97), (2, 0, 3, 95), (2, 3, 3, 96), (3, 4, 4, 95)]
    assert followed(chain_of(*hops))[2].tolist() == [3, 3, 3, 0, 0]
    assert not followed(chain_of(*reversed([(*a, 4 - b, c) for *a, b, c in hops])))[2].any()


def test_money_passed_on_is_seen_from_both_sides() -> None:
    some = chain_of((0, 1, 1, 100), (3, 1, 1, 60), (1, 2, 2, 96), (1, 4, 3, 50))
    every = np.arange(len(some))
    passed = paths.passing(
        every,
        some.first,
        places(some),
        some.entry,
        some.time,
        some.amount,
        some.booked,
        3 * DAY,
        64,
    )
    assert passed[2, 0].tolist() == pytest.approx([160 / 96, np.log(100 / 96), 24])
    assert passed[0, 1].tolist() == pytest.approx([1.46, np.log(100 / 96), 24])


def test_ways_around_an_edge_are_those_of_networkx() -> None:
    graph = nx.gnp_random_graph(40, 0.09, seed=3, directed=True)
    edges = sorted(graph.edges)
    first = np.searchsorted([edge[0] for edge in edges], np.arange(41))
    out, into, back = paths.parallel(first, np.array([edge[1] for edge in edges]), 40)
    ways = np.linalg.matrix_power(nx.to_numpy_array(graph, nodelist=range(40)), 2).astype(int)
    for row, (one, other) in enumerate(edges):
        ends = [end for end in graph.successors(other) if end != one]
        assert out[row] == max((ways[one, end] for end in ends), default=0)
        begins = [begin for begin in graph.predecessors(one) if begin != other]
        assert into[row] == max((ways[begin, other] for begin in begins), default=0)
        assert back[row] == ways[other, one]


def test_no_case_lies_on_both_sides_of_the_border(facts: Facts) -> None:
    some = moves(facts)
    parts = split(facts, some)
    case = facts.events["payment"].case[some.row]
    sides = [
        set(case[rows][case[rows] >= 0]) for rows in (parts.train, parts.validation, parts.test)
    ]
    assert all(not one & other for one, other in pairwise([*sides, sides[0]]))
    assert some.time[parts.train].max() < parts.border <= some.time[parts.test].min()


# what is told


def test_a_sum_that_only_crimes_have_is_a_leak_and_so_are_their_last_digits(facts: Facts) -> None:
    payment = facts.events["payment"]
    before = [one for one in leaks.mute_rows(facts, payment) if one.what == "milliseconds"]
    assert all(one.p > 0.001 for one in before)
    payment["amount_minor"][payment.is_crime] = 1 << 40
    payment["time"][payment.is_crime] += 500 - payment["time"][payment.is_crime] % 1000
    found = [leak for leak in leaks.raw(facts, payment) if leak.feature == "amount_minor"]
    assert found
    assert all(leak.area == 1 and not leak.ok for leak in found)
    after = [one for one in leaks.mute_rows(facts, payment) if one.what == "milliseconds"]
    assert all(one.p <= 0.001 for one in after)


def test_a_word_that_only_crimes_have_is_named(facts: Facts) -> None:
    session = facts.events["session"]
    assert not list(leaks.alone(facts, session))
    action = facts.events["action"]
    shared = facts.cases.of("shared_device")[action.case] & action.is_crime
    action["payee_account_id"][shared] = 1
    only = {one.column for one in leaks.alone(facts, action)}
    assert only == {"payee_account_id is empty"}


def test_what_defines_a_pattern_is_put_beside_its_look_alike(
    facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        PATTERNS.load("kiting", Pattern), "defined_by", ("amount_minor",), raising=False
    )
    found = [
        leak
        for leak in leaks.raw(facts, facts.events["payment"])
        if leak.pattern == "kiting" and leak.feature == "amount_minor"
    ]
    assert {leak.against for leak in found} == {"look-alike"}


def test_what_defines_a_pattern_counts_for_nothing_in_all_patterns_together(
    facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_all() -> set[str]:
        found = entities.leaks(facts, features(facts))
        return {leak.feature for leak in found if not leak.pattern}

    before = of_all()
    some = min(before)
    for name in facts.cases.patterns:
        kind = PATTERNS.load(name, Pattern)
        monkeypatch.setattr(kind, "defined_by", (*kind.defined_by, some), raising=False)
    assert of_all() == before - {some}


def test_a_report_counts_the_cases_of_the_truth(found: Report, dataset: Path) -> None:
    truth = Dataset(dataset).sql('SELECT pattern, is_fraud, count(*) FROM "case" GROUP BY ALL')
    counted = {(side.pattern, side.is_fraud): side.cases for side in found.sides if side.pattern}
    assert counted == {(pattern, fraud): count for pattern, fraud, count in truth.fetchall()}
    assert found.prevalence is not None
    crimes = sum(side.events["payment"] for side in found.sides if side.is_fraud)
    assert sum(found.prevalence.crimes) == crimes
    assert {leak.pattern for leak in found.features} <= {"", *NAMES}


def test_a_report_is_the_same_again(found: Report, dataset: Path) -> None:
    again = report(dataset)
    # a sum over threads may differ in its last bit
    assert replace(again, realism=found.realism) == found


def test_a_report_is_json(found: Report) -> None:
    told = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert told["findings"] == list(found.findings())
    assert len(told["raw"]) == len(found.raw)


def test_the_page_needs_nothing_else_and_closes_every_tag(found: Report) -> None:
    class Tags(HTMLParser):
        open: list[str] = []  # noqa: RUF012 - one parser, once

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag not in {"script", "link", "img", "iframe"}
            assert not {"src", "href"} & {name for name, _ in attrs}
            if tag not in {"meta", "br"}:
                self.open.append(tag)

        def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            pass

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    text = page(found)
    parser = Tags()
    parser.feed(text)
    assert not parser.open
    assert "url(" not in text
    for name in NAMES:
        assert name in text
    assert not re.search(r"\b(nan|inf)\b", text)


def test_the_terminal_s_report_fits_into_80_columns(found: Report) -> None:
    console = Console(width=80, record=True, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
    console.print(rendered(found))
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= 80
    assert not any("…" in line for line in lines)


@pytest.mark.parametrize(
    "world",
    [
        World(users=1, days=1),
        World(users=60, days=0),
        World(users=200, days=3, patterns={}),
        World(users=200, days=3, patterns={}, walks=("session",)),
    ],
    ids=["one person", "no day", "no crime", "no payment"],
)
def test_the_smallest_worlds_are_reported_too(world: World, tmp_path: Path) -> None:
    tiny = report(written(tmp_path / "tiny", world))
    assert not tiny.difficulty.levels
    assert tiny.difficulty.reason
    assert "<h2>" in page(tiny)
    Console(width=80, quiet=True).print(rendered(tiny))
    json.dumps(tiny.as_dict(), allow_nan=False)


def test_without_scikit_learn_all_but_the_difficulty_is_told(
    facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    told = difficulty(facts, {})
    assert not told.levels
    assert "graphgen[report]" in told.reason


def test_models_are_held_to_their_bands() -> None:
    def level(name: str, found: float, band: tuple[float, float] | None) -> Level:
        return Level(name, 1, found, 0.0, 0.0, 0.0, 0.0, {}, [], band)

    good = [level("raw", 0.1, (0, 0.15)), level("velocity", 0.3, (0.15, 0.4))]
    assert not list(Difficulty(good).findings())
    close = [level("raw", 0.2, (0, 0.15)), level("velocity", 0.22, (0.15, 0.4))]
    assert len(list(Difficulty(close).findings())) == 2
    assert not list(Difficulty([level("graph", 0.99, None)]).findings())
    assert len(list(Difficulty([level("graph", 0.99, (0.4, 0.8))]).findings())) == 2


def test_who_knows_whom_is_what_the_tables_say(facts: Facts) -> None:
    asked = facts.dataset.sql("""
        SELECT p.payment_id, k.user_id IS NOT NULL, p.debtor_account_id, p.creditor_account_id
        FROM payment AS p
        JOIN has_account AS a ON a.account_id = p.debtor_account_id AND a.role = 'owner'
        JOIN has_account AS b ON b.account_id = p.creditor_account_id AND b.role = 'owner'
        JOIN account AS c ON c.account_id = a.account_id AND c.type = 'checking'
        JOIN account AS d ON d.account_id = b.account_id AND d.type = 'checking'
        LEFT JOIN knows AS k ON k.user_id = least(a.user_id, b.user_id)
            AND k.other_user_id = greatest(a.user_id, b.user_id)
        WHERE a.user_id <> b.user_id AND p.leg = 'original' AND p.rail = 'instant'
        ORDER BY p.payment_id
    """).fetchall()
    payment = facts.events["payment"]
    told, instant = knows_payee(facts, payment), words.RAILS.index("instant")
    some = np.flatnonzero((told >= 0) & (payment["rail"] == instant))
    said = [*zip(payment["payment_id"][some].tolist(), (told[some] == 1).tolist(), strict=True)]
    assert said == [row[:2] for row in asked]
    assert {known for _, known in said} == {False, True}


def test_a_payee_counts_as_added_where_the_payment_s_session_has_added_it_before(
    facts: Facts,
) -> None:
    asked = facts.dataset.sql("""
        SELECT p.payment_id, count(a.action_id) > 0 FROM payment AS p
        LEFT JOIN action AS a ON a.session_id = p.session_id AND a.type = 'payee_added'
            AND a.payee_account_id = p.creditor_account_id AND a.time <= p.time
        WHERE p.session_id IS NOT NULL AND p.leg = 'original' AND p.rail = 'instant'
        GROUP BY p.payment_id ORDER BY p.payment_id
    """).fetchall()
    payment = facts.events["payment"]
    told, instant = adds_payee(facts, payment), words.RAILS.index("instant")
    some = np.flatnonzero((told >= 0) & (payment["rail"] == instant))
    said = [*zip(payment["payment_id"][some].tolist(), (told[some] == 1).tolist(), strict=True)]
    assert said == asked
    assert {added for _, added in said} == {False, True}


def test_a_payee_is_known_for_the_days_since_who_pays_it_has_added_it(facts: Facts) -> None:
    asked = facts.dataset.sql("""
        SELECT p.payment_id, date_diff('millisecond', max(a.time), any_value(p.time)) // 86400000
        FROM payment AS p JOIN session AS s USING (session_id)
        LEFT JOIN action AS a ON a.user_id = s.user_id AND a.type = 'payee_added'
            AND a.payee_account_id = p.creditor_account_id AND a.time <= p.time
        WHERE p.leg = 'original' AND p.rail = 'instant'
        GROUP BY p.payment_id ORDER BY p.payment_id
    """).fetchall()
    payment = facts.events["payment"]
    told, instant = days_added(facts, payment), words.RAILS.index("instant")
    some = np.flatnonzero((told >= 0) & (payment["rail"] == instant))
    assert payment["payment_id"][some].tolist() == [row[0] for row in asked]
    days = np.array([-1 if row[1] is None else row[1] for row in asked])
    assert (told[some] == days)[days >= 0].all()
    assert {0, 1} <= set(days[days >= 0].tolist())
    # whom nobody has added is known for longer than could be seen
    today = (payment["time"][some] - payment["time"].min()) // DAY_MS
    assert (told[some] >= today)[days < 0].all()


def test_who_deals_with_nobody_is_put_beside_nobody_by_whom_they_know(facts: Facts) -> None:
    payment = facts.events["payment"]
    told = knows_payee(facts, payment) >= 0
    told &= payment["status"] == words.STATUSES.index("booked")
    payer, payee = (end[told] for end in payers(facts, payment))
    known = known_ends(facts, payment)
    for name, end in (("payees known", payer), ("payers known", payee)):
        share = known[name]
        assert (np.flatnonzero(~np.isnan(share)) == np.unique(end)).all()
        assert 0 <= np.nanmin(share) < np.nanmax(share) <= 1


@pytest.mark.parametrize(
    "what", ["payer knows payee", "adds the payee", "days since the payee was added"]
)
def test_what_is_known_of_both_ends_is_measured(found: Report, what: str) -> None:
    measured = [leak for leak in found.features if leak.feature == what]
    assert measured
    assert all("original" in leak.where for leak in measured)
    assert {leak.limit for leak in measured} <= set(leaks.FEATURE_LIMITS.values())


def test_what_the_graph_knows_finds_more_than_rows(found: Report) -> None:
    pytest.importorskip("sklearn")
    assert found.difficulty.levels, found.difficulty.reason
    raw, velocity, graph = (level.average_precision for level in found.difficulty.levels)
    assert raw < velocity + 0.05
    assert velocity < graph + 0.05
    assert graph > 0.5
