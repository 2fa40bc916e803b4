"""Features of accounts, people, devices and addresses: what one can count about each."""

from __future__ import annotations

import numpy as np

from graphgen.report.acquaintance import known_ends, payers
from graphgen.report.ordering import of_investors
from graphgen.report.reading import NONE, Events, Facts, local
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["Features", "features"]

_TRANSFERS = tuple(words.RAILS.index(rail) for rail in ("instant", "batch", "cheque", "book"))
_CASH, _CARD = words.RAILS.index("cash"), words.RAILS.index("card")
_ORIGINAL, _RETURN = words.LEGS.index("original"), words.LEGS.index("return")
_HOME = words.IP_KINDS.index("home")
_BOOKED = words.STATUSES.index("booked")
_SIGHTS = {
    "device": "uses_device",
    "ip": "uses_ip",
    "email": "has_email",
    "phone": "has_phone",
    "address": "lives_at",
}

_MORNING = 6
"""Before this hour it is night."""

Features = dict[str, Array]
"""By name, a number for each row of a table; NaN where there is none."""


def features(facts: Facts) -> dict[str, Features]:
    """Count everything that there is to count: by table, by feature, one number for each row."""
    found: dict[str, Features] = {
        name: {} for name in ("account", "user", *_SIGHTS) if len(facts.tables[name][f"{name}_id"])
    }
    _add_sights(facts, found)
    if "user" in found:
        _add_people(facts, found["user"])
    if "account" in found and "payment" in facts.events:
        found["account"].update(_of_accounts(facts, facts.events["payment"]))
    if "account" in found:
        found["account"].update(of_investors(facts))
    for name in ("session", "action"):
        if name in facts.events:
            _add_visits(facts, facts.events[name], found)
    return found


def _add_sights(facts: Facts, found: dict[str, Features]) -> None:
    """Count who is behind devices, addresses, mails and phones, from either side."""
    people = len(facts.tables["user"]["user_id"])
    for entity, edge in _SIGHTS.items():
        if entity not in found or "user" not in found:
            continue
        table = facts.tables[edge]
        pair = np.unique(
            np.stack(
                [facts.rows("user", table["user_id"]), facts.rows(entity, table[f"{entity}_id"])]
            ),
            axis=1,
        )
        behind = np.bincount(pair[1], minlength=len(facts.tables[entity][f"{entity}_id"]))
        found[entity]["users behind"] = behind
        own = found["user"]
        own[f"{entity}s"] = np.bincount(pair[0], minlength=people)
        most = np.zeros(people, np.int64)
        np.maximum.at(most, pair[0], behind[pair[1]])
        own[f"most users behind a {entity}"] = most
        if entity == "ip":  # whom a carrier's gateway hides is behind a home's line too
            at_home = facts.tables["ip"]["kind"][pair[1]] == _HOME
            lines = np.zeros(people, np.int64)
            np.maximum.at(lines, pair[0][at_home], behind[pair[1][at_home]])
            own["most users behind a home ip"] = lines
        if "first_seen" in table:
            first = np.full(len(behind), np.iinfo(np.int64).max)
            np.minimum.at(first, facts.rows(entity, table[f"{entity}_id"]), table["first_seen"])
            found[entity]["first seen"] = first
            new = table["first_seen"] > facts.begin
            ended = table["last_seen"] != NONE
            for name, some in (("new", new), ("ended", ended)):
                own[f"{name} {entity}s"] = np.bincount(
                    facts.rows("user", table["user_id"])[some], minlength=people
                )
            found[entity]["ended"] = np.bincount(
                facts.rows(entity, table[f"{entity}_id"])[ended], minlength=len(behind)
            )


def _add_people(facts: Facts, own: Features) -> None:
    """Tell what a bank knows of a person, and how many accounts there are."""
    user = facts.tables["user"]
    own["born"] = user["birth_date"]
    own["income"] = user["income_minor"]
    own["customer since"] = user["customer_since"]
    own["size of household"] = np.unique(
        user["household_id"], return_inverse=True, return_counts=True
    )[2][np.unique(user["household_id"], return_inverse=True)[1]]
    holder = facts.rows("user", facts.tables["has_account"]["user_id"])
    own["accounts"] = np.bincount(holder, minlength=len(user["user_id"]))
    ends = [facts.rows("user", facts.tables["knows"][end]) for end in ("user_id", "other_user_id")]
    own["acquaintances"] = np.bincount(np.concatenate(ends), minlength=len(user["user_id"]))


def _add_visits(facts: Facts, events: Events, found: dict[str, Features]) -> None:
    """Count sessions behind each thing, and what people did in them."""
    if events.name == "session":
        for entity in ("user", "device", "ip"):
            if entity in found:
                size = len(facts.tables[entity][f"{entity}_id"])
                row = facts.rows(entity, events[f"{entity}_id"])
                found[entity]["sessions"] = np.bincount(row[row >= 0], minlength=size)
        return
    person = facts.rows("user", events["user_id"])
    people = len(facts.tables["user"]["user_id"])
    for number, name in enumerate(words.ACTIONS):
        if name != "sign_in":
            some = (events["type"] == number) & (person >= 0)
            found["user"][name] = np.bincount(person[some], minlength=people)


def _of_accounts(facts: Facts, payment: Events) -> Features:
    """Count what accounts pay and are paid, over the whole window."""
    account = facts.tables["account"]
    count = len(account["account_id"])
    payer, payee = payers(facts, payment)
    order = payment["leg"] == _ORIGINAL
    booked = order & (payment["status"] == _BOOKED)
    minute = local(payment)
    found: Features = {
        "opened": account["opened"],
        "opening balance": account["opening_balance_minor"],
        "credit limit": np.where(
            account["credit_limit_minor"] == NONE, -1, account["credit_limit_minor"]
        ),
        "holders": np.bincount(
            facts.rows("account", facts.tables["has_account"]["account_id"]), minlength=count
        ),
    }
    rail, amount, day = payment["rail"], payment["amount_minor"], minute // 1440
    for side, end, other in (("out", payer, payee), ("in", payee, payer)):
        for name, some in (
            (f"payments {side}", booked),
            (f"transfers {side}", booked & np.isin(rail, _TRANSFERS)),
            (f"cash {side}", booked & (rail == _CASH)),
        ):
            found[name] = np.bincount(end[some], minlength=count)
        some = booked & np.isin(rail, _TRANSFERS)
        pair = np.unique(end[some].astype(np.int64) * count + other[some])
        found[f"partners {side}"] = np.bincount(pair // count, minlength=count)
        found[f"sum {side}"] = np.bincount(end[booked], amount[booked].astype(float), count)
        found[f"transferred {side}"] = np.bincount(end[some], amount[some].astype(float), count)
        largest = np.zeros(count, np.int64)
        np.maximum.at(largest, end[booked], amount[booked])
        found[f"largest {side}"] = largest
        active = np.unique(end[booked].astype(np.int64) * (1 << 20) + day[booked])
        found[f"days {side}"] = np.bincount(active >> 20, minlength=count)
        last = np.zeros(count, np.int64)
        np.maximum.at(last, end[booked], payment["time"][booked])
        found[f"last {side}"] = last
    some = booked & (rail == _CARD)
    pair = np.unique(payer[some].astype(np.int64) * count + payee[some])
    found["shops"] = np.bincount(pair // count, minlength=count)
    both = np.stack([found["sum in"], found["sum out"]])
    found["pass-through"] = both.min(axis=0) / np.maximum(1, both.max(axis=0))
    found["declined"] = np.bincount(payer[order & ~booked], minlength=count)
    returned = payment["leg"] == _RETURN
    debtor = facts.rows("account", payment["debtor_account_id"])
    found["returned"] = np.bincount(debtor[returned], minlength=count)
    night = booked & (minute // 60 % 24 < _MORNING)
    found["payments at night"] = np.bincount(payer[night], minlength=count)
    found["round sums"] = np.bincount(payee[booked & (amount % 10_000 == 0)], minlength=count)
    lowest = account["opening_balance_minor"].copy()
    np.minimum.at(lowest, debtor, payment["debtor_balance_minor"])
    highest = account["opening_balance_minor"].copy()
    creditor = facts.rows("account", payment["creditor_account_id"])
    np.maximum.at(highest, creditor, payment["creditor_balance_minor"])
    found |= {"lowest balance": lowest, "highest balance": highest}
    return found | known_ends(facts, payment)
