"""Each promise of a dataset is proven, and breaking it in one place breaks its check."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from graphgen.dataset import Dataset, DatasetError
from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.graph import Graph
from graphgen.pattern import Pattern, cases, members
from graphgen.population.holders import holders
from graphgen.registry import EXPORTERS, PATTERNS, UnknownNameError
from graphgen.run_record import Labels
from graphgen.schedule import ONCE
from graphgen.schema import words
from graphgen.table import Table
from graphgen.verify import GROUPS, names, verify
from graphgen.world import DAY_MS, World


@dataclass(frozen=True)
class Relay(Pattern):
    """Money that people pass on to one another, a little less each time: a chain."""

    prevalence: ClassVar[float] = 0.0

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield chains of three hops, half a day apart."""
        count = self.instances(graph)
        people = rng.choice(graph.size("user"), (count, 4), replace=False).astype(np.int32)
        account = holders(graph).main[people]
        hop = graph.new("pays", (count, 3))
        case = graph.new("case", count)
        begin = graph.world.start_ms + DAY_MS * np.arange(2, count + 2)
        at = begin[:, None] + DAY_MS // 2 * np.arange(3)
        is_first = np.arange(3) == 0
        yield Table.of(
            "pays",
            debtor_account_id=account[:, :-1],
            creditor_account_id=account[:, 1:],
            user_id=people[:, :-1],
            habit="transfer",
            rail=np.array([words.RAILS.index(r) for r in ("instant", "batch", "instant")]),
            channel="online",
            amount_minor=2_000,
            spread=0.0,
            amount_of=np.where(is_first, *(words.AMOUNT_OF.index(w) for w in ("sum", "receipt"))),
            share=np.where(is_first, 0.0, 0.9),
            rate=0.0,
            schedule=ONCE,
            hours=0,
            valid_from=at,
            follows=np.where(is_first, -1, hop - 1),
            case_id=case[:, None],
        )
        yield cases(graph, self, case, at[:, 0], at[:, -1], is_fraud=True)
        yield from members(case, account={"link": account})

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield nothing: there is nothing to tell it from."""
        del graph, rng
        yield from ()


def small_world() -> World:
    """Grow little, but something of everything: chains, bounces, changes, shared devices."""
    planted = {"kiting": 2, "shared_device": 1}
    patterns = {name: PATTERNS.load(name, Pattern)(count=n) for name, n in planted.items()}
    patterns["relay"] = Relay(count=4)
    return World(users=250, seed=11, start=date(2026, 2, 24), days=16, patterns=patterns)


def write(folder: Path, form: str = "parquet", ids: str = "int", labels: Labels = "apart") -> Path:
    exporter = EXPORTERS.load(form, FileExporter)(str(folder), ids=ids)
    generate(small_world(), [exporter], labels=labels)
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("whole") / "world")


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("labelled") / "world", labels="inline")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def broken(folder: Path) -> dict[str, str]:
    """Give what is broken of the promises of every dataset; patterns test their own."""
    asked = [name for name in names() if name not in PATTERNS.names()]
    return {check.name: check.detail for check in verify(folder, asked) if not check.ok}


def rewrite(folder: Path, path: str, table: pa.Table) -> None:
    """Write other content to a file, and have run.json tell of it."""
    place = folder / path
    parquet.write_table(table, place)
    run = json.loads((folder / "run.json").read_text())
    content = place.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    told = {"rows": len(table), "bytes": len(content), "sha256": digest}
    run["files"][path] = told
    (folder / "run.json").write_text(json.dumps(run))


def change(folder: Path, table: str, where: str, column: str, value: str) -> None:
    """Set one column of the first row for which a condition holds to the value of an expression."""
    dataset = Dataset(folder)
    numbered = dataset.sql(f'SELECT *, row_number() OVER () - 1 AS row FROM "{table}"')
    found = numbered.set_alias("t").filter(where).order("row").limit(1).project(f"row, {value}")
    ((row, new),) = found.fetchall()
    for path in dataset.files(table):
        rows = parquet.read_table(path, partitioning=None)
        if row < len(rows):
            break
        row -= len(rows)
    place = rows.column_names.index(column)
    field = rows.field(column)
    if new is None:
        field = field.with_nullable(nullable=True)
    values = rows[column].to_pylist()
    values[row] = new
    changed = rows.set_column(place, field, pa.array(values, field.type))
    rewrite(folder, path.relative_to(folder).as_posix(), changed)


class Break(NamedTuple):
    """One value changed; the check that must see it, and others that see it as well."""

    check: str
    table: str
    where: str
    column: str
    value: str
    also: tuple[str, ...] = ()


BEFORE_ITS_TIME = (
    *("event ids", "actions", "changes", "session devices", "session addresses", "card devices"),
    *("session clocks", "action clocks", "payment clocks", "sessions of payments", "cards"),
    *("habits", "sessions of edges"),
)
AS_A_FEE = ("returns", "fees", "parties", "payments of edges", "clearing accounts", "float")
ONLINE = ("session devices", "session addresses", "card devices")
SEEN = (
    "({0}_id, user_id) IN (SELECT (s.{0}_id, s.user_id) FROM session AS s "
    "JOIN uses_{0} AS u USING ({0}_id, user_id) WHERE s.time > u.first_seen)"
)
USED = "card_id IN (SELECT card_id FROM payment)"
FIRED = "edge_id IN (SELECT edge_id FROM event_label WHERE event = 'payment')"
BREAKS = (
    Break("nulls", "user", "true", "given_name", "NULL", ("columns",)),
    Break("words", "device", "true", "type", "'toaster'"),
    Break("event ids", "payment", "leg = 'fee'", "time", "time - INTERVAL 1 HOUR"),
    Break("edge rows", "pays", f"NOT {FIRED} AND case_id IS NULL", "edge_id", "edge_id + 1000000"),
    Break("references", "employed_by", "true", "employer_id", "1000000000"),
    Break("references", "member", "entity = 'user'", "entity_id", "1000000000"),
    Break("pairs", "knows", "true", "other_user_id", "user_id"),
    Break("acquaintances", "knows", "relation = 'family'", "since", "since - INTERVAL 99 YEARS"),
    Break("acquaintances", "knows", "relation = 'friend'", "since", "since - INTERVAL 99 YEARS"),
    Break("acquaintances", "knows", "relation = 'colleague'", "since", "since - INTERVAL 60 YEARS"),
    Break("acquaintances", "knows", "relation = 'neighbour'", "since", "since - INTERVAL 60 YEARS"),
    Break("labels", "event_label", "event = 'action'", "event_id", "event_id + 1"),
    Break("edges", "event_label", "edge = 'signs_in'", "edge_id", "100000000", ("label joins",)),
    Break("label joins", "event_label", "case_id IS NULL", "is_fraud", "true"),
    Break("label joins", "event_label", "case_id IS NOT NULL", "case_id", "NULL"),
    Break("payments of edges", "pays", f"rail = 'cheque' AND {FIRED}", "channel", "'atm'"),
    Break(
        "legs of edges",
        "event_label",
        "event = 'payment' AND case_id IS NULL AND "
        "event_id IN (SELECT payment_id FROM payment WHERE leg = 'settlement')",
        "edge_id",
        "edge_id - 1",
        ("payments of edges",),
    ),
    Break("habits", "pays", f"rail = 'card' AND rate > 0 AND {FIRED}", "valid_to", "valid_from"),
    Break(
        "changes",
        "has_phone",
        "since >= (SELECT begins FROM (SELECT min(time) AS begins FROM session))",
        "since",
        "since + INTERVAL 1 SECOND",
    ),
    Break(
        "sessions of edges",
        "signs_in",
        "edge_id IN (SELECT edge_id FROM event_label WHERE edge = 'signs_in')",
        "device_id",
        "(SELECT max(device_id) FROM device)",
    ),
    Break(
        "chains", "pays", f"amount_of = 'receipt' AND {FIRED}", "share", "share / 2", ("declines",)
    ),
    Break("losses", "case", "pattern = 'kiting'", "loss_minor", "loss_minor + 1"),
    Break("members", "case", "true", "end", "start - INTERVAL 1 SECOND", ("cases",)),
    Break("cases", "case", "pattern = 'kiting'", "start", "start + INTERVAL 1 DAY"),
    *(
        Break(
            f"{event} days",
            event,
            f"{event}_id % 100000000 = 0 AND {event}_id > 100100000000",
            "time",
            "time - INTERVAL 1 DAY",
            BEFORE_ITS_TIME,
        )
        for event in ("session", "action", "payment")
    ),
    *(
        Break(f"{event} clocks", event, "utc_offset IS NOT NULL", "utc_offset", "utc_offset + 15")
        for event in ("session", "action", "payment")
    ),
    Break("amounts", "payment", "status = 'declined'", "amount_minor", "0", ("declines",)),
    Break("currency", "payment", "true", "currency", "'EUR'"),
    Break(
        "balances",
        "payment",
        "status = 'booked'",
        "creditor_balance_minor",
        "creditor_balance_minor + 1",
        ("conservation",),
    ),
    Break(
        "limits",
        "account",
        "account_id IN (SELECT debtor_account_id FROM payment WHERE debtor_balance_minor < 0) "
        "AND opening_balance_minor >= 0 AND credit_limit_minor > 0",
        "credit_limit_minor",
        "0",
        ("declines", "opening limits"),
    ),
    Break(
        "opening limits",
        "account",
        "type = 'savings' AND account_id NOT IN (SELECT debtor_account_id FROM payment "
        "UNION ALL SELECT creditor_account_id FROM payment)",
        "opening_balance_minor",
        "-1",
    ),
    Break("declines", "payment", "status = 'declined' AND leg = 'original'", "amount_minor", "1"),
    Break(
        "conservation",
        "payment",
        "payment_id = (SELECT max(payment_id) FROM payment)",
        "debtor_balance_minor",
        "debtor_balance_minor + 1",
        ("balances",),
    ),
    Break(
        "legs",
        "payment",
        "leg = 'fee'",
        "original_payment_id",
        "(SELECT min(payment_id) FROM payment WHERE rail = 'card')",
        ("legs of edges", "fees"),
    ),
    Break(
        "clearing accounts",
        "payment",
        "leg = 'original' AND rail = 'batch'",
        "counterparty_account_id",
        "NULL",
        ("payments of edges", "parties", "settlement", "float", "sessions of payments"),
    ),
    Break(
        "settlement",
        "payment",
        "leg = 'settlement' AND status = 'booked'",
        "leg",
        "'return'",
        ("returns", "parties", "payments of edges", "float"),
    ),
    Break("returns", "payment", "leg = 'return'", "leg", "'fee'", AS_A_FEE),
    Break("fees", "payment", "leg = 'return'", "leg", "'fee'", AS_A_FEE),
    Break(
        "claims",
        "payment",
        "payment_id = (SELECT max(payment_id) FROM payment WHERE leg = 'recovery')",
        "amount_minor",
        "amount_minor + 1",
        ("balances", "losses", "conservation"),
    ),
    Break("parties", "payment", "leg = 'fee'", "rail", "'instant'"),
    Break(
        "float",
        "payment",
        "leg = 'settlement' AND status = 'booked'",
        "status",
        "'declined'",
        ("returns", "fees", "balances", "declines", "limits", "conservation"),
    ),
    Break(
        "opened",
        "account",
        "type = 'business' AND account_id NOT IN (SELECT account_id FROM has_account) "
        "AND account_id IN (SELECT creditor_account_id FROM payment)",
        "opened",
        "opened + INTERVAL 90 YEARS",
    ),
    Break("holders", "has_account", "true", "since", "since - INTERVAL 90 YEARS"),
    Break(
        "session devices", "uses_device", SEEN.format("device"), "last_seen", "first_seen", ONLINE
    ),
    Break("session addresses", "uses_ip", SEEN.format("ip"), "last_seen", "first_seen", ONLINE),
    Break(
        "sign-ins",
        "action",
        "type = 'sign_in' AND session_id NOT IN "
        "(SELECT session_id FROM action WHERE type = 'sign_in_failed')",
        "type",
        "'balance_viewed'",
    ),
    Break("actions", "action", "type = 'sign_in'", "time", "time - INTERVAL 1 MILLISECOND"),
    Break("actions", "action", "type = 'payee_added'", "payee_account_id", "NULL"),
    Break("ordered online", "payment", "session_id IS NOT NULL", "session_id", "NULL"),
    Break(
        "online",
        "payment",
        "rail = 'card' AND ip_id IS NOT NULL",
        "ip_id",
        "NULL",
        ("card devices",),
    ),
    Break(
        "sessions of payments",
        "payment",
        "session_id IS NOT NULL",
        "ip_id",
        "(SELECT ip_id FROM ip WHERE ip_id <> t.ip_id LIMIT 1)",
    ),
    Break("cards", "card", USED, "expires", "issued"),
    Break("card holders", "card", "type = 'credit'", "type", "'debit'"),
    Break(
        "card devices",
        "payment",
        "rail = 'card' AND channel = 'online'",
        "device_id",
        "(SELECT device_id FROM uses_device WHERE user_id <> "
        "(SELECT user_id FROM card WHERE card.card_id = t.card_id) LIMIT 1)",
    ),
    Break("shops", "payment", "rail = 'card'", "mcc", "'0000'"),
    Break("terminals", "payment", "channel = 'pos'", "terminal", "NULL"),
    Break("channels", "payment", "leg = 'settlement'", "channel", "'file'"),
    Break(
        "cash",
        "bank",
        "vault_account_id IN (SELECT debtor_account_id FROM payment)",
        "vault_account_id",
        "loss_account_id",
    ),
)


MARKET = World(
    users=400,
    days=3,
    start=date(2026, 1, 5),
    patterns={"pump_and_dump": PATTERNS.load("pump_and_dump", Pattern)(count=1)},
    investors=0.6,
    walks=("bar", "payment", "price", "trade"),
)
BOUGHT = "side = 'buy' AND status = 'executed'"
RESTS = "tif = 'gtc' AND status = 'open' AND time < '2026-01-07' AND type = 'limit'"
SHORT = "SELECT account_id FROM trade WHERE side = 'short'"
MARKET_BREAKS = (
    Break("price prices", "price", "true", "low_minor", "high_minor + 1",
          ("bars of sessions", "executions")),
    Break("bar prices", "bar", "high_minor > 9", "high_minor", "low_minor - 1",
          ("bars of sessions",)),
    Break("listed prices", "price", "true", "security_id",
          "(SELECT security_id FROM price WHERE security_id <> t.security_id LIMIT 1)",
          ("bars of sessions", "values", "executions")),
    Break("bars of sessions", "bar", "true", "volume", "volume + 1"),
    Break("positions", "holding", "quantity > 1", "quantity", "quantity - 1", ("values",)),
    Break("sales", "holding", "quantity > 0", "cost_minor", "-1", ("costs",)),
    Break("sales", "holding", "quantity < 0", "cost_minor", "0", ("costs",)),
    Break("short sales", "account", f"account_id IN ({SHORT})", "brokerage_type", "'cash'"),
    Break("short sales", "trade", "side = 'short'", "side", "'cover'",
          ("collateral", "costs", "money of trades", "orders", "positions")),
    Break("costs", "holding", "quantity < 0", "cost_minor", "cost_minor - 1"),
    Break("costs", "holding", "quantity > 0", "realised_minor", "realised_minor + 1"),
    Break("collateral", "holding", "quantity < 0", "cost_minor", "cost_minor * 100", ("costs",)),
    Break("values", "holding", "true", "value_minor", "value_minor + 1"),
    Break("executions", "trade", "true", "time", "time + INTERVAL 8 HOURS",
          ("event ids", "orders", "positions")),
    Break("orders", "order", BOUGHT, "filled", "filled + 1"),
    Break("orders", "order", "tif = 'gtc' AND status = 'open'", "tif", "'day'"),
    Break("resting orders", "order", RESTS, "limit_minor",
          "CASE side WHEN 'buy' THEN 1000000 ELSE 1 END"),
    Break("money of trades", "trade", "true", "fee_minor", "fee_minor + 1", ("costs",)),
    Break("damages", "case", "is_fraud", "loss_minor", "loss_minor + 1"),
)  # fmt: skip


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("traded") / "world"
    generate(MARKET, [EXPORTERS.load("parquet", FileExporter)(str(folder))])
    return folder


def test_a_market_keeps_every_promise(traded: Path) -> None:
    assert broken(traded) == {}


@pytest.mark.parametrize("case", MARKET_BREAKS, ids=[b.check for b in MARKET_BREAKS])
def test_one_wrong_value_of_the_market_breaks_the_check_that_is_meant_for_it(
    case: Break, traded: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(traded, tmp_path / "copy"))
    change(folder, case.table, case.where, case.column, case.value)
    found = set(broken(folder))
    assert case.check in found
    assert found <= {case.check, *case.also}


def test_a_whole_dataset_keeps_every_promise(whole: Path) -> None:
    assert broken(whole) == {}


@pytest.mark.parametrize("case", BREAKS, ids=[f"{b.check}: {b.table}.{b.column}" for b in BREAKS])
def test_one_wrong_value_breaks_the_check_that_is_meant_for_it(case: Break, folder: Path) -> None:
    change(folder, case.table, case.where, case.column, case.value)
    found = set(broken(folder))
    assert case.check in found
    assert found <= {case.check, *case.also}


def test_every_promise_has_a_test_that_breaks_it() -> None:
    promised = [promise.name for group in GROUPS for promise in group.PROMISES]
    elsewhere = {"rows", "ids", "inline labels"}
    assert set(promised) == {case.check for case in (*BREAKS, *MARKET_BREAKS)} | elsewhere
    assert len(promised) == len(set(promised))


def test_a_missing_file_is_found(folder: Path) -> None:
    (folder / "edges/has_phone.parquet").unlink()
    assert broken(folder)["places"] == "edges/has_phone.parquet: missing"


def test_a_file_that_nobody_wrote_is_found(folder: Path) -> None:
    (folder / "nodes/label.parquet").write_bytes(b"")
    assert broken(folder) == {"places": "nodes/label.parquet: run.json does not name it"}


def test_other_bytes_are_found_though_they_say_the_same(folder: Path) -> None:
    path = folder / "nodes/user.parquet"
    parquet.write_table(parquet.read_table(path), path, compression="none")
    assert list(broken(folder)) == ["digests"]


def test_a_column_too_many_is_found(folder: Path) -> None:
    users = parquet.read_table(folder / "nodes/user.parquet")
    rewrite(
        folder, "nodes/user.parquet", users.append_column("is_fraud", pa.array([True] * len(users)))
    )
    assert broken(folder) == {"columns": "nodes/user.parquet: column 'is_fraud' is strange"}


def test_a_row_too_few_is_found(folder: Path) -> None:
    path = "nodes/phone.parquet"
    phones = parquet.read_table(folder / path)
    told = json.loads((folder / "run.json").read_text())["files"][path]["rows"]
    rewrite(folder, path, phones.slice(1))
    run = json.loads((folder / "run.json").read_text())
    run["files"][path]["rows"] = told
    (folder / "run.json").write_text(json.dumps(run))
    assert set(broken(folder)) == {"rows", "references"}


def test_rows_that_do_not_stand_in_the_order_of_their_ids_are_found(folder: Path) -> None:
    devices = parquet.read_table(folder / "nodes/device.parquet")
    rewrite(folder, "nodes/device.parquet", devices.take(list(range(len(devices)))[::-1]))
    assert list(broken(folder)) == ["ids"]


def test_an_inline_label_that_is_not_the_true_one_is_found(labelled: Path, tmp_path: Path) -> None:
    assert broken(labelled) == {}
    folder = Path(shutil.copytree(labelled, tmp_path / "copy"))
    change(folder, "session", "true", "is_fraud", "NOT is_fraud")
    assert list(broken(folder)) == ["inline labels"]


def test_a_file_that_is_no_file_of_its_kind_is_told_in_a_line(folder: Path) -> None:
    (folder / "nodes/user.parquet").write_bytes(b"PAR1 and then nothing")
    found = broken(folder)
    assert {"digests", "columns"} <= set(found)
    assert all("\n" not in detail for detail in found.values())


@pytest.mark.parametrize(("form", "ids"), [("parquet", "text"), ("csv", "int"), ("jsonl", "int")])
def test_every_format_keeps_every_promise(form: str, ids: str, tmp_path: Path) -> None:
    assert broken(write(tmp_path / "world", form, ids)) == {}


@pytest.mark.parametrize(
    "world",
    [
        World(users=60, days=0),
        World(users=60, days=3, walks=("payment",)),
        World(users=60, days=3, walks=("action",)),
        World(users=1, days=3, patterns={}),
    ],
    ids=["no day", "payments alone", "actions alone", "one person"],
)
def test_a_world_keeps_its_promises_whatever_it_leaves_out(world: World, tmp_path: Path) -> None:
    generate(world, [EXPORTERS.load("parquet", FileExporter)(str(tmp_path / "world"))])
    assert broken(tmp_path / "world") == {}


def test_one_promise_can_be_proven_alone(folder: Path) -> None:
    (alone,) = verify(folder, ["balances"])
    assert alone in verify(folder)
    of_cases = verify(folder, ["kiting"])
    assert {check.name for check in of_cases} == {"kiting"}
    assert len(of_cases) > 4
    assert [check.name for check in verify(folder, ["digests"])] == ["digests"]
    with pytest.raises(UnknownNameError, match="no promise called 'balance'; did you mean"):
        verify(folder, ["balance"])


def test_what_is_not_finished_is_not_proven(folder: Path) -> None:
    run = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**run, "complete": False}))
    with pytest.raises(DatasetError, match="--resume"):
        verify(folder)
