"""What every pattern of the market promises, whoever wrote it: abuses and events alike."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from graphgen.dataset import Dataset
from graphgen.exporter import FileExporter
from graphgen.fields import fields_of
from graphgen.generate import generate
from graphgen.grow import grow
from graphgen.pattern import Pattern, named
from graphgen.registry import EXPORTERS, PATTERNS
from graphgen.schema import words
from graphgen.table import Array, Table, assert_equal
from graphgen.verify import cases, verify
from graphgen.verify.cases import statements
from graphgen.world import DAY_MS, World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]

COUNT = 4
ABUSES, EVENTS = (named(kind, market=True) for kind in ("crime", "event"))
WALKS = ("action", "news", "payment", "price", "session", "trade")
HONEST = World(users=700, days=40, patterns={}, investors=0.5, walks=WALKS)

every_abuse = pytest.mark.parametrize("name", ABUSES, scope="module")
every_event = pytest.mark.parametrize("name", EVENTS, scope="module")
every_one = pytest.mark.parametrize("name", [*ABUSES, *EVENTS], scope="module")


def planted(name: str, count: int | None = COUNT, world: World = HONEST) -> World:
    return replace(world, patterns={name: PATTERNS.load(name, Pattern)(count=count)})


def of_cases(tables: Tables, event: str) -> Array:
    """Say which rows of an event belong to a case: bool."""
    label = tables["event_label"]
    mine = label["event"] == words.EVENTS.index(event)
    return np.asarray(label["case_id"][mine] >= 0)


def test_there_are_seven_abuses_and_four_events() -> None:
    assert len(ABUSES) >= 7
    assert len(EVENTS) >= 4


@every_one
def test_nobody_invests_and_nothing_is_planted_unasked(name: str) -> None:
    without = replace(HONEST, investors=0.0, walks=("payment",), users=200, days=10)
    assert not grow(planted(name, None, without)).size("case")


@every_abuse
def test_an_abuse_without_investors_is_one_line_that_says_how_to_have_some(name: str) -> None:
    with pytest.raises(ValueError, match="investors") as raised:
        grow(planted(name, 2, replace(HONEST, investors=0.0, users=200)))
    assert "\n" not in str(raised.value)


@every_one
def test_a_window_without_a_session_is_one_line(name: str) -> None:
    weekend = replace(HONEST, start=date(2026, 1, 3), days=2)
    with pytest.raises(ValueError, match="sessions are needed, the world has none"):
        grow(planted(name, 1, weekend))


@pytest.mark.parametrize(
    ("name", "days"), [("insider_trading", 1), ("pump_and_dump", 2), ("ramp_and_dump", 2)]
)
def test_a_window_with_too_few_sessions_for_a_deed_is_one_line(name: str, days: int) -> None:
    with pytest.raises(ValueError, match=f"{days + 1} sessions are needed, the world has {days}"):
        grow(planted(name, 1, replace(HONEST, days=days, start=date(2026, 1, 5))))


@every_one
@pytest.mark.parametrize("days", [3, 6])
def test_it_fits_into_a_short_window(name: str, days: int, tables_of: Collect) -> None:
    world = planted(name, 2, replace(HONEST, days=days, start=date(2026, 1, 5)))
    case = tables_of(world)["case"]
    assert (case["start"] >= world.start_ms).all()
    assert (case["end"] < world.end_ms).all()
    assert (case["start"] <= case["end"]).all()


@every_abuse
@pytest.mark.parametrize("decoys", [0.0, 1.0, 2.0])
def test_as_many_are_planted_as_asked_and_decoys_for_each(name: str, decoys: float) -> None:
    case = grow(replace(planted(name), decoys=decoys))["case"]
    assert case["is_fraud"].sum() == COUNT
    assert (~case["is_fraud"]).sum() == round(COUNT * decoys)


@every_event
def test_an_event_is_nobody_s_crime_and_has_no_look_alike(name: str, tables_of: Collect) -> None:
    tables = tables_of(planted(name, 2))
    case = tables["case"]
    assert len(case) == 2
    assert (case["kind"] == words.CASE_KINDS.index("event")).all()
    assert not case["is_fraud"].any()
    assert not tables["event_label"]["is_fraud"].any()
    assert of_cases(tables, "news").any()


WRONG = {
    "symbol": ("AMBRSX", "no security called 'AMBRSX'; did you mean AMBRSY?"),
    "fund": ("FTHMLR", "FTHMLR is no stock"),
    "outside": (date(2027, 1, 1), "2027-01-01 is no day of the world; it has 2026-01-01 to"),
    "early": (date(2026, 1, 1), "2026-01-01 is before the first session; that is 2026-01-02"),
    "weekend": (date(2026, 1, 3), "2026-01-03 is no session; the nearest is 2026-01-05"),
}


@pytest.mark.parametrize("what", WRONG)
def test_an_event_that_cannot_be_is_one_line(what: str) -> None:
    value, told = WRONG[what]
    key = "on" if isinstance(value, date) else "symbol"
    news = PATTERNS.load("bad_news", Pattern)(count=1, **{key: value})
    with pytest.raises(ValueError, match=told) as raised:
        grow(replace(HONEST, patterns={"bad_news": news}))
    assert str(raised.value).startswith(f"bad_news.{key}: ")
    assert "people" not in str(raised.value)


def test_an_event_comes_when_and_to_whom_it_is_asked_to(tables_of: Collect) -> None:
    news = PATTERNS.load("good_news", Pattern)
    asked = news(count=1, on=date(2026, 1, 22), symbol="AMBRSY", of_sector=0.0)
    tables = tables_of(replace(HONEST, days=25, patterns={"good_news": asked}))
    start = int(tables["case"]["start"][0])
    assert HONEST.start_ms + 21 * DAY_MS <= start < HONEST.start_ms + 22 * DAY_MS
    told = tables["news"].take(of_cases(tables, "news"))
    ids = tables["security"]["security_id"][
        np.array(tables["security"]["symbol"].to_pylist()) == "AMBRSY"
    ]
    assert told["security_id"].tolist() == ids.tolist()


def test_no_two_of_a_thousand_pieces_are_alike_and_they_say_what_the_price_does(
    tables_of: Collect,
) -> None:
    world = replace(HONEST, users=50, days=90, walks=("news", "price"))
    tables = tables_of(world)
    pieces = [tables[name] for name in ("news", "report")]
    texts = [text for piece in pieces for text in piece["content"].to_pylist()]
    titles = [text for piece in pieces for text in piece["title"].to_pylist()]
    assert len(texts) > 1_000
    assert len(set(texts)) == len(texts)
    assert len(set(titles)) > 0.95 * len(titles)
    assert not any(mark in text for text in (*texts, *titles) for mark in "{}[]<>|")
    report, price = tables["report"], tables["price"]
    earned = report.take(report["topic"] == words.TOPICS.index("earnings"))
    day = {key: row for row, key in enumerate(_days(price))}
    rows = [day[key] for key in _days(earned)]
    before = [day.get((key[0], max(d for s, d in day if s == key[0] and d < key[1])), -1)
              if any(s == key[0] and d < key[1] for s, d in day) else -1
              for key in _days(earned)]  # fmt: skip
    some = [place for place, row in enumerate(before) if row >= 0]
    gap = np.log(
        price["open_minor"][[rows[place] for place in some]]
        / price["close_minor"][[before[place] for place in some]]
    )
    assert np.corrcoef(gap, earned["sentiment"][some])[0, 1] > 0.7


def test_where_a_piece_stood_does_not_say_whether_it_belongs_to_a_case(tables_of: Collect) -> None:
    every = {name: PATTERNS.load(name, Pattern)(count=4) for name in [*ABUSES, *EVENTS]}
    tables = tables_of(replace(HONEST, patterns=every, walks=("news", "price")))
    mine, label = of_cases(tables, "news"), tables["event_label"]
    number = [int(url.rpartition("-")[2], 16) for url in tables["news"]["url"].to_pylist()]
    rank = np.argsort(np.argsort(number))
    edge = label["edge_id"][label["event"] == words.EVENTS.index("news")]
    assert 20 < mine.sum() < len(mine)
    assert abs(rank[mine].mean() / len(rank) - 0.5) < 0.25
    assert abs(np.corrcoef(rank, edge)[0, 1]) < 0.2


def _days(table: Table) -> list[tuple[int, int]]:
    days = (table["time"] // DAY_MS).tolist()
    return list(zip(table["security_id"].tolist(), days, strict=True))


def test_minutes_of_a_moved_price_add_up_to_its_session(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    every = {name: PATTERNS.load(name, Pattern)(count=1) for name in [*ABUSES, *EVENTS]}
    world = replace(HONEST, days=9, patterns=every, walks=("bar", "price", "trade"))
    folder = tmp_path_factory.mktemp("minutes") / "world"
    generate(world, [EXPORTERS.load("parquet", FileExporter)(str(folder))])
    checks = {check.name: check for check in verify(folder)}
    assert checks["bars of sessions"].ok, checks["bars of sessions"].detail
    assert checks["executions"].ok, checks["executions"].detail


@every_abuse
def test_a_case_has_members_orders_and_trades(name: str, tables_of: Collect) -> None:
    tables = tables_of(planted(name))
    case, member, label = tables["case"], tables["member"], tables["event_label"]
    assert set(member["case_id"].tolist()) == set(case["case_id"].tolist())
    for event in ("order", "trade"):
        mine = label["event"] == words.EVENTS.index(event)
        crimes = set(label["case_id"][mine & label["is_fraud"]].tolist())
        assert len(crimes) == COUNT, event  # in each something was done
    accounts = member["entity"] == words.ENTITIES.index("account")
    assert accounts.any()
    bank = tables["has_account"]
    owner = dict(zip(bank["account_id"].tolist(), bank["user_id"].tolist(), strict=True))
    users = {owner[one] for one in member["entity_id"][accounts].tolist()}
    checking = tables["account"]["type"] == words.ACCOUNT_TYPES.index("checking")
    banked = tables["account"]["account_id"][checking]
    assert users <= set(bank["user_id"][np.isin(bank["account_id"], banked)].tolist())


@every_one
def test_no_other_price_and_no_honest_payment_moves(name: str, tables_of: Collect) -> None:
    base, tables = tables_of(HONEST), tables_of(planted(name))
    graph = grow(planted(name))
    moved = graph.ids("security")[np.unique(graph["moves"]["security_id"])]
    clean, there = base["price"], tables["price"]
    others = ~np.isin(clean["security_id"], moved)
    assert_equal(there.take(~np.isin(there["security_id"], moved)), clean.take(others))
    ordered = [_honest_sums(one, base) for one in (base, tables)]
    assert ordered[0].shape[1] > 1_000
    assert np.array_equal(*ordered)


def _honest_sums(tables: Tables, base: Tables) -> Array:
    """Give time, parties and amount of honest payments of sums, other than those of trades."""
    label, payment = tables["event_label"], tables["payment"]
    label = label.take(label["event"] == words.EVENTS.index("payment"))
    edge = label["edge_id"]
    mine = (label["edge"] == words.WALKED_EDGES.index("pays")) & (edge < len(base["pays"]))
    mine &= payment["leg"] == words.LEGS.index("original")
    mine[mine] &= base["pays"]["amount_of"][edge[mine]] == words.AMOUNT_OF.index("sum")
    columns = ("time", "debtor_account_id", "creditor_account_id", "amount_minor")
    rows = np.stack([payment[column][mine] for column in columns])
    return rows[:, np.lexsort(rows[::-1])]


@every_one
def test_without_its_moves_each_price_is_the_clean_one(name: str, tables_of: Collect) -> None:
    base, tables = tables_of(HONEST), tables_of(planted(name))
    counterfactual, case = tables["counterfactual"], tables["case"]
    clean = base["price"]
    key = dict(
        zip(
            zip(clean["security_id"].tolist(), clean["time"].tolist(), strict=True),
            zip(*(clean[c].tolist() for c in ("open_minor", "close_minor")), strict=True),
            strict=True,
        )
    )
    per_security: dict[tuple[int, int], set[int]] = {}
    for row in range(len(counterfactual)):
        at = (int(counterfactual["security_id"][row]), int(counterfactual["time"][row]))
        per_security.setdefault(at, set()).add(int(counterfactual["case_id"][row]))
    assert set(counterfactual["case_id"].tolist()) <= set(case["case_id"].tolist())
    graph = grow(planted(name))
    of_nobody = graph.ids("security")[
        graph["moves"]["security_id"][graph["moves"]["case_id"] < 0]
    ].tolist()
    moves = graph["moves"]
    shared = {
        int(one)
        for one, cases_of in zip(*_cases_by_security(graph.ids("security"), moves), strict=True)
        if cases_of > 1
    }
    for row in range(len(counterfactual)):
        security = int(counterfactual["security_id"][row])
        if security in shared or security in of_nobody:
            continue
        told = tuple(int(counterfactual[c][row]) for c in ("open_minor", "close_minor"))
        assert told == key[security, int(counterfactual["time"][row])]


def _cases_by_security(ids: Array, moves: Table) -> tuple[list[int], list[int]]:
    pairs = np.unique(np.stack([moves["security_id"], moves["case_id"]]), axis=1)
    security, count = np.unique(pairs[0], return_counts=True)
    return ids[security].tolist(), count.tolist()


def test_the_same_seed_plants_the_same_and_another_seed_another(tables_of: Collect) -> None:
    every = {name: PATTERNS.load(name, Pattern)(count=2) for name in [*ABUSES, *EVENTS]}
    world = replace(HONEST, days=25, patterns=every)
    tables, other = tables_of(world), tables_of(replace(world, seed=8))
    again: dict[str, list[Table]] = {}
    for table in world.tables():
        again.setdefault(table.name, []).append(table)
    for table, parts in again.items():
        assert_equal(Table.concat(parts), tables[table])
    assert not set(other["case"]["case_id"].tolist()) & set(tables["case"]["case_id"].tolist())


@every_one
def test_it_tells_its_story_and_its_source_and_documents_every_field(name: str) -> None:
    text = inspect.getdoc(PATTERNS.module(name)) or ""
    assert "Source" in text
    assert len(text.split()) > 40
    for field in fields_of(PATTERNS.load(name, Pattern)):
        assert field.doc, field.name
    assert len(statements(name)) >= 4


@every_abuse
def test_difficulty_changes_what_is_planted(name: str) -> None:
    easy, hard = (grow(replace(planted(name), difficulty=d))["trades"] for d in ("easy", "hard"))
    assert len(easy) != len(hard) or not np.array_equal(easy["valid_from"], hard["valid_from"])


@pytest.mark.parametrize(("seed", "difficulty"), [(1, "easy"), (2, "medium"), (3, "hard")])
def test_every_case_of_the_market_keeps_every_promise(
    seed: int, difficulty: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    patterns = {name: PATTERNS.load(name, Pattern)(count=2) for name in ABUSES}
    world = replace(HONEST, seed=seed, difficulty=difficulty, patterns=patterns)  # type: ignore[arg-type]
    folder = tmp_path_factory.mktemp("abuse")
    generate(world, [EXPORTERS.load("parquet", FileExporter)(str(folder / "world"))])
    checks = verify(folder / "world")
    assert {*ABUSES} <= {check.name for check in checks}
    assert not [check for check in checks if not check.ok]


SECURITIES = """INSERT INTO counterfactual
    (case_id, security_id, time, open_minor, high_minor, low_minor, close_minor, volume)
    SELECT c.case_id, security_id, time, open_minor, high_minor, low_minor, close_minor * 2, volume
    FROM price, (SELECT DISTINCT case_id FROM case_member) AS c"""
HELD = """INSERT INTO holds (account_id, security_id, quantity, cost_minor)
    SELECT a.entity_id, s.entity_id, 1, 1 FROM case_member AS a JOIN case_member AS s
    USING (case_id) WHERE a.entity = 'account' AND s.entity = 'security'"""
ANOTHER = """INSERT INTO case_member
    SELECT * REPLACE ('user' AS entity, entity_id + 1 AS entity_id)
    FROM case_member WHERE entity = 'user'"""
MANY = "INSERT INTO case_member SELECT m.* FROM case_member AS m, range(9) WHERE entity = 'account'"
EARLIER = """INSERT INTO case_order SELECT o.* REPLACE (o.time - to_days(i::INT) AS time)
    FROM case_order AS o, range(40) AS r(i)"""
TAMPERED = (
    "DELETE FROM case_member WHERE entity = 'account'",
    "DELETE FROM case_member WHERE entity = 'security'",
    "DELETE FROM case_member WHERE role IN ('insider', 'victim', 'late', 'tipper')",
    "UPDATE case_member SET role = 'somebody'",
    ANOTHER,
    MANY,
    "UPDATE case_order SET security_id = security_id + 1",
    "UPDATE case_order SET account_id = account_id + 1",
    "UPDATE case_order SET time = time + INTERVAL 90 DAYS",
    "UPDATE case_order SET time = time - INTERVAL 3 HOURS WHERE side = 'sell'",
    "UPDATE case_order SET side = 'sell'",
    "UPDATE case_order SET side = 'sell', filled = 1",
    "UPDATE case_order SET filled = 1 WHERE side = 'buy'",
    "UPDATE case_order SET side = CASE side WHEN 'buy' THEN 'sell' ELSE 'buy' END",
    "UPDATE case_order SET quantity = 1000000 WHERE side = 'sell'",
    "UPDATE case_order SET device_id = order_id, ip_id = order_id",
    "UPDATE case_order SET device_id = order_id, ip_id = order_id; DELETE FROM case_payment",
    "INSERT INTO case_order SELECT o.* FROM case_order AS o, range(40)",
    EARLIER,
    "UPDATE case_trade SET side = 'buy'",
    "DELETE FROM case_trade",
    "UPDATE case_trade SET price_minor = 1",
    "UPDATE case_payment SET debtor_account_id = 0, counterparty_account_id = NULL",
    "UPDATE counterfactual SET close_minor = close_minor * 3",
    "UPDATE counterfactual SET close_minor = close_minor // 3, open_minor = open_minor // 3",
    "UPDATE counterfactual SET volume = volume * 30",
    "UPDATE counterfactual SET volume = volume // 100",
    "DELETE FROM counterfactual",
    SECURITIES,
    'UPDATE "case" SET start = start + INTERVAL 20 DAYS',
    'UPDATE "case" SET "end" = start',
    'UPDATE "case" SET "end" = "end" + INTERVAL 60 DAYS',
    HELD,
    "DELETE FROM knows",
    "DELETE FROM insider_of",
    "DELETE FROM moves",
    "DELETE FROM trades",
    "UPDATE news SET sentiment = -sentiment",
    "DELETE FROM price",
)
ALSO = (
    "counterfactual",
    "case",
    "holds",
    "knows",
    "insider_of",
    "moves",
    "trades",
    "news",
    "price",
)


def test_each_promise_is_broken_by_a_table_that_is_changed(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("tampered") / "world"
    exporter = EXPORTERS.load("parquet", FileExporter)
    every = {name: PATTERNS.load(name, Pattern)(count=4) for name in [*ABUSES, *EVENTS]}
    generate(replace(HONEST, days=60, patterns=every), [exporter(str(folder))])
    dataset = Dataset(folder)
    connection = dataset.connection
    for statement in cases.SETUP.statements:
        connection.execute(statement)
    kept = {(name, text) for name in every for text, _ in statements(name)}
    for change in TAMPERED:
        connection.execute("BEGIN")
        for table in ALSO:
            connection.execute(f'CREATE TEMP TABLE "{table}" AS FROM main."{table}"')
        connection.execute(change)
        for promise in cases.promises(dataset):
            if (promise.name, promise.text) in kept and not isinstance(promise.broken, str):
                found = connection.execute(promise.broken(dataset)).fetchone()
                kept -= {(promise.name, promise.text)} if found else set()
        connection.execute("ROLLBACK")
    assert not kept


def test_nobody_is_said_to_know_somebody_twice() -> None:
    knows = grow(planted("front_running", 60))["knows"]
    pairs = np.sort(np.stack([knows["user_id"], knows["other_user_id"]]), axis=0)
    assert len(np.unique(pairs, axis=1).T) == len(knows)


def test_some_of_an_insider_s_family_hear_of_what_the_insider_knows() -> None:
    graph = grow(replace(HONEST, users=3_000))
    knows, insiders = graph["knows"], graph["insider_of"]
    is_family = knows["relation"] == words.RELATIONS.index("family")
    family = {*zip(knows["user_id"][is_family], knows["other_user_id"][is_family], strict=True)}
    heard = insiders["role"] == words.INSIDER_ROLES.index("family")
    assert heard.any()
    own = insiders.take(~heard)
    for row in np.flatnonzero(heard):
        user, issuer = insiders["user_id"][row], insiders["issuer_id"][row]
        assert any(
            (user, each) in family or (each, user) in family
            for each in own["user_id"][own["issuer_id"] == issuer]
        )
