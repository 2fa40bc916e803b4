"""An account takeover is what its sources say: failed, registered, changed, emptied, passed on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from graphgen.patterns.account_takeover import AccountTakeover
from graphgen.schema import NULL_NUMBER, words
from graphgen.table import Array, Table
from graphgen.verify.cases import statements
from graphgen.world import World

Tables = Mapping[str, Table]
Collect = Callable[[World], Tables]
Broken = Callable[..., set[str]]
Difficulty = Literal["easy", "medium", "hard"]

COUNT = 10
TAKEOVER = AccountTakeover(count=COUNT)
WORLD = World(users=900, days=40, patterns={"account_takeover": TAKEOVER})
BOOKED = words.STATUSES.index("booked")
ACTION = {word: code for code, word in enumerate(words.ACTIONS)}


def planted(**values: object) -> World:
    return replace(WORLD, patterns={"account_takeover": replace(TAKEOVER, **values)})


def cases(tables: Tables, *, crime: bool) -> list[int]:
    case = tables["case"]
    return [int(each) for each in case["case_id"][case["is_fraud"] == crime]]


def events_of(tables: Tables, event: str, case: int) -> tuple[Table, Table]:
    """Give a case's rows of an event table, and their labels."""
    label = tables["event_label"]
    label = label.take(label["event"] == words.EVENTS.index(event))
    mine = label["case_id"] == case
    return tables[event].take(mine), label.take(mine)


def member(tables: Tables, case: int, entity: str, *roles: str) -> Array:
    rows = tables["member"]
    found = (rows["case_id"] == case) & (rows["entity"] == words.ENTITIES.index(entity))
    found &= np.isin(np.array(rows["role"].to_pylist()), roles)
    return np.asarray(rows["entity_id"][found])


def transfers(tables: Tables, case: int) -> tuple[Table, Table]:
    """Give what leaves the account, and what is passed on."""
    payment, label = events_of(tables, "payment", case)
    first = tables["pays"]["follows"][label["edge_id"]] < 0
    return payment.take(first), payment.take(~first)


ENDS = ("debtor_account_id", "creditor_account_id")


def has_nothing(tables: Tables, case: int) -> bool:
    """Say whether there is no money on the account as it is about to be emptied."""
    first = tables["pays"].take(tables["pays"]["case_id"] == case)
    first = first.take(first["valid_from"] == first["valid_from"].min())
    payment, account = tables["payment"], first["debtor_account_id"][0]
    before = payment["time"] < first["valid_from"][0]
    held = {"debtor": 0, "creditor": 0}
    ends = [
        (rows["time"][-1], rows[f"{end}_balance_minor"][-1])
        for end in held
        if len(rows := payment.take(before & (payment[f"{end}_account_id"] == account)))
    ]
    return bool(max(ends)[1] < 500)


@pytest.mark.parametrize("crime", [True, False])
def test_attempts_fail_then_a_device_is_in_then_something_is_changed_then_money_goes(
    crime: bool,  # noqa: FBT001
    tables_of: Collect,
) -> None:
    tables = tables_of(WORLD)
    acts = tables["acts"]
    for case in cases(tables, crime=crime):
        steps = acts.take(acts["case_id"] == case)
        failed = steps["valid_from"][steps["type"] == ACTION["sign_in_failed"]]
        changed = steps["valid_from"][steps["type"] != ACTION["sign_in_failed"]]
        ways = tables["signs_in"].take(tables["signs_in"]["case_id"] == case)
        entry = ways["valid_from"][ways["rate"] > 0]
        paid, _ = transfers(tables, case)
        assert 1 <= len(failed) <= TAKEOVER.tries
        assert len(entry) == len(changed) == 1
        assert len(paid) or has_nothing(tables, case)
        assert failed.max() < entry[0] < changed[0] < paid["time"].min(initial=2**62)
        assert paid["time"].max(initial=0) - entry[0] <= TAKEOVER.hours * 3_600_000
        action, _ = events_of(tables, "action", case)
        done = set(action["type"].tolist())
        assert ACTION["device_registered"] in done
        if not len(paid):  # the payee was added, and then there was nothing to send
            continue
        # whom the owner pays anyway need not be added
        pays = tables["pays"].take(tables["pays"]["case_id"] != case)
        usual, new = (set(zip(*(t[c].tolist() for c in ENDS), strict=True)) for t in (pays, paid))
        assert (ACTION["payee_added"] in done) == bool(new - usual)


@pytest.mark.parametrize("difficulty", words.DIFFICULTIES)
@pytest.mark.parametrize("drained", [0.3, 0.7, 0.95])
def test_at_least_the_declared_share_of_the_balance_is_gone(
    drained: float, difficulty: str, tables_of: Collect
) -> None:
    tables = tables_of(planted(drained=drained, difficulty=difficulty))
    for case in cases(tables, crime=True) + cases(tables, crime=False):
        paid, _ = transfers(tables, case)
        assert (paid["status"] == BOOKED).all()
        had = paid["debtor_balance_minor"] + paid["amount_minor"]
        left = np.prod(1 - np.minimum(1.0, (paid["amount_minor"] + 500) / had))
        asked = tables["pays"]["case_id"] == case
        asked &= tables["pays"]["follows"] < 0
        assert left <= 1 - drained + 1e-6 or len(paid) < asked.sum()


def test_all_of_it_is_done_from_a_device_that_nobody_else_uses(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    uses = tables["uses_device"]
    for case in cases(tables, crime=True) + cases(tables, crime=False):
        device, owner = (
            member(tables, case, "device", "new"),
            member(tables, case, "user", "victim", "owner"),
        )
        assert uses["user_id"][uses["device_id"] == device[0]].tolist() == owner.tolist()
        paid, _ = transfers(tables, case)
        assert (paid["device_id"] == device[0]).all()


def test_an_attacker_s_device_is_gone_soon_and_a_new_phone_stays_unless_it_is_lent(
    tables_of: Collect,
) -> None:
    stays, lent = [], []
    for difficulty in words.DIFFICULTIES:
        tables = tables_of(planted(difficulty=difficulty, count=40))
        uses = tables["uses_device"]
        row = {device: place for place, device in enumerate(uses["device_id"].tolist())}
        last = {
            crime: uses["last_seen"][
                [row[int(member(tables, case, "device", "new")[0])] for case in ids]
            ]
            for crime, ids in ((c, cases(tables, crime=c)) for c in (True, False))
        }
        lent.append(float((last[False] != NULL_NUMBER).mean()))
        gone = last[True] != NULL_NUMBER
        first = tables["case"]["start"][tables["case"]["is_fraud"]]
        stays.append(float(np.median((last[True] - first)[gone])) / 86_400_000)
    assert stays[0] < 2
    assert stays[0] < stays[1] < stays[2]
    assert 0 == lent[0] < lent[1] < lent[2] < 0.9


def test_an_attacker_s_address_is_new_to_the_victim_and_an_owner_s_at_home_is_not(
    tables_of: Collect,
) -> None:
    tables = tables_of(planted(difficulty="easy"))
    base = tables_of(replace(WORLD, patterns={}))
    known = set(zip(*(base["uses_ip"][c].tolist() for c in ("user_id", "ip_id")), strict=True))
    ways, new = tables["signs_in"], {}
    for crime in (True, False):
        mine = np.isin(ways["case_id"], cases(tables, crime=crime))
        pairs = zip(ways["user_id"][mine].tolist(), ways["ip_id"][mine].tolist(), strict=True)
        new[crime] = [pair not in known for pair in pairs]
    assert np.mean(new[True]) > 0.8  # over a network that many use they may have met
    assert not any(new[False])


def test_mules_pass_on_nine_tenths_of_each_receipt_and_honest_payees_keep_it(
    tables_of: Collect,
) -> None:
    tables = tables_of(WORLD)
    for case in cases(tables, crime=True):
        paid, passed = transfers(tables, case)
        brought, sent = int(paid["amount_minor"].sum()), int(passed["amount_minor"].sum())
        assert 0.90 * brought - 2_500 * len(paid) <= sent <= 0.98 * brought
        assert set(passed["debtor_account_id"].tolist()) <= set(
            member(tables, case, "account", "mule").tolist()
        )
    for case in cases(tables, crime=False):
        assert not len(transfers(tables, case)[1])


def test_what_is_robbed_is_what_left_the_victims_accounts(tables_of: Collect) -> None:
    tables = tables_of(WORLD)
    case = tables["case"]
    loss = dict(zip(case["case_id"].tolist(), case["loss_minor"].tolist(), strict=True))
    for each in cases(tables, crime=True):
        assert loss[each] == int(transfers(tables, each)[0]["amount_minor"].sum())
    for each in cases(tables, crime=False):
        assert loss[each] == 0


def test_what_is_recovered_is_what_the_mule_s_bank_still_found_in_some_cases(
    tables_of: Collect,
) -> None:
    tables = tables_of(planted(count=40))
    case, back = tables["case"], []
    recovered = dict(zip(case["case_id"].tolist(), case["recovered_minor"].tolist(), strict=True))
    for each in cases(tables, crime=True):
        paid, passed = transfers(tables, each)
        owner = np.isin(passed["creditor_account_id"], member(tables, each, "account", "victim"))
        assert recovered[each] == int(passed["amount_minor"][owner].sum())
        if len(paid):
            back.append(recovered[each] / paid["amount_minor"].sum())
    assert 0.1 < np.mean(np.array(back) > 0) < 0.5
    assert 0 < max(back) < 0.6
    assert all(not recovered[each] for each in cases(tables, crime=False))


def test_the_harder_it_is_to_see_the_longer_it_takes_and_the_more_parts(tables_of: Collect) -> None:
    spans, parts = [], []
    for difficulty in words.DIFFICULTIES:
        tables = tables_of(planted(difficulty=difficulty))
        paid = [transfers(tables, case)[0] for case in cases(tables, crime=True)]
        paid = [rows for rows in paid if len(rows)]
        spans.append(np.mean([np.ptp(rows["time"]) for rows in paid]))
        parts.append(np.mean([len(rows) for rows in paid]))
    assert spans[0] < spans[1] < spans[2]
    assert parts[0] < parts[1] < parts[2]


@pytest.mark.parametrize(
    "world",
    [
        replace(planted(tries=1, transfers=1, hours=0.25), days=1),
        replace(planted(transfers=10, hours=168, drained=0.05), days=7),
        replace(planted(drained=0.95, difficulty="hard"), days=2),
    ],
)
def test_the_shortest_and_the_longest_keep_every_promise(world: World, broken: Broken) -> None:
    assert not broken(world)


FIRST = "payment_id IN (SELECT min(payment_id) FROM case_payment GROUP BY case_id)"
TAMPERED = {
    "is one person, a device": "DELETE FROM case_member WHERE entity = 'device'",
    "are their own": ("UPDATE case_member SET entity_id = entity_id + 1 WHERE entity = 'account'"),
    "nobody but the person": "UPDATE uses_device SET user_id = user_id + 1",
    "device is gone when": (
        "UPDATE uses_device SET last_seen = last_seen + INTERVAL 9 DAYS WHERE last_seen IS NOT NULL"
    ),
    "attempts fail as declared": (
        "UPDATE case_action SET time = time + INTERVAL 9 DAYS WHERE edge = 'acts'"
    ),
    "given after the last failed": (
        "UPDATE case_action SET time = time + INTERVAL 9 DAYS WHERE edge = 'acts'"
    ),
    "each case has that change": (
        "DELETE FROM case_action WHERE type IN "
        "('phone_changed', 'email_changed', 'password_changed')"
    ),
    "done from its device": "UPDATE case_session SET device_id = device_id + 1",
    "goes to payees of the case": (
        "UPDATE case_payment SET creditor_account_id = debtor_account_id WHERE follows IS NULL"
    ),
    "a payee is added": "DELETE FROM case_action WHERE type = 'payee_added'",
    "within the declared hours": (
        "UPDATE case_payment SET time = time + INTERVAL 2 DAYS WHERE follows IS NULL"
    ),
    "share of the balance is gone": (
        "UPDATE case_payment SET debtor_balance_minor = debtor_balance_minor + 10000000"
    ),
    "none is declined": f"UPDATE case_payment SET status = 'declined' WHERE {FIRST}",
    "passes on 90 to 98 %": (
        "UPDATE case_payment SET amount_minor = amount_minor * 2 WHERE follows IS NOT NULL"
    ),
    "is passed on, by mules": "DELETE FROM case_payment WHERE follows IS NOT NULL",
    "sent back to a victim is recovered": (
        "UPDATE case_payment SET stage = 'integration' WHERE stage = 'recovery'"
    ),
}


@pytest.mark.parametrize("promise", TAMPERED)
def test_each_promise_is_broken_by_a_table_that_is_changed(promise: str, broken: Broken) -> None:
    assert any(promise in text for text in broken(WORLD, TAMPERED[promise], also=("uses_device",)))


def test_no_promise_is_left_without_a_change_that_breaks_it() -> None:
    for text, _ in statements("account_takeover"):
        assert any(promise in text for promise in TAMPERED), text


@pytest.mark.slow
@pytest.mark.parametrize("difficulty", words.DIFFICULTIES)
@pytest.mark.parametrize("seed", range(100, 150))
def test_every_case_keeps_every_promise_whatever_the_seed(
    seed: int, difficulty: Difficulty, broken: Broken
) -> None:
    assert not broken(replace(WORLD, seed=seed, difficulty=difficulty))
