"""Stories: what happened in a case, or on an account, told in the order of time.

Read from a written dataset's files, with what only truth knows: for who learns to investigate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from graphgen.dataset import DatasetError
from graphgen.ids import spell_id

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["Event", "Story", "account_story", "case_story"]


@dataclass(frozen=True)
class Event:
    """One thing that happened."""

    time: datetime
    """UTC."""
    what: str
    """The kind: a rail for a payment, the type of an action, `session`."""
    text: str
    """Who, whom, from where."""
    amount: float | None = None
    """Major units; with a minus what an account pays, for the story of an account."""
    balance: float | None = None
    """The account's balance after it, for the story of an account."""
    note: str = ""
    """Status, leg and stage where they are not the usual ones; the case, for an account."""


@dataclass(frozen=True)
class Story:
    """What is known of a case or an account, and all that happened."""

    title: str
    facts: Mapping[str, str]
    members: Sequence[tuple[str, str, str]]
    """Of a case: role, kind, id. Of an account: cases that it belongs to."""
    events: Sequence[Event]
    total: int
    """How many events there are; `events` holds the first of them."""


def case_story(dataset: Dataset, case: int, limit: int = 200) -> Story:
    """Tell the story of a case; `DatasetError` if there is no such case."""
    name = spell_id(case, "case")
    row = _one(dataset, 'SELECT * FROM "case" WHERE case_id = ?', [case])
    if row is None:
        raise DatasetError(f"{dataset.path}: no case {name}; {_some(dataset, 'case')}")
    told = {"crime": "a crime", "lookalike": "its honest look-alike", "event": "an event"}
    facts = {
        "pattern": f"{row['pattern']}: {told[row['kind']]}",
        "difficulty": row["difficulty"],
        "window": f"{_minute(row['start'])} to {_minute(row['end'])}",
        "loss": f"{row['loss']:,} settled, {row['recovered']:,} recovered",
        "stands for": f"{row['sample_weight']:.3g} cases by the published rates",
    }
    members = [
        (m["role"], m["entity"], spell_id(m["entity_id"], m["entity"]))
        for m in _all(
            dataset,
            "SELECT role, entity, entity_id FROM member WHERE case_id = ? ORDER BY 2, 1, 3",
            [case],
        )
    ]
    parts = [
        part.format(
            where=f"{table}_id IN (SELECT event_id FROM event_label "  # noqa: S608 - a number
            f"WHERE case_id = {case} AND event = '{table}')"
        )
        for table, part in _TOLD.items()
    ]
    events, total = _events(dataset, parts, limit)
    return Story(f"case {name}", facts, members, events, total)


def account_story(dataset: Dataset, account: int, limit: int = 200) -> Story:
    """Tell the story of an account; `DatasetError` if there is no such account."""
    name = spell_id(account, "account")
    row = _one(
        dataset,
        "SELECT a.*, b.name AS bank FROM account AS a LEFT JOIN bank AS b USING (bank_id) "
        "WHERE account_id = ?",
        [account],
    )
    if row is None:
        raise DatasetError(f"{dataset.path}: no account {name}; {_some(dataset, 'account')}")
    holders = _all(
        dataset,
        "SELECT user_id, given_name, family_name, role FROM has_account JOIN user USING (user_id) "
        "WHERE account_id = ? ORDER BY role, user_id",
        [account],
    )
    facts = {
        "type": f"{row['type']} at {row['bank'] or 'no bank of the world'}",
        "opened": _minute(row["opened"]),
        "opening balance": f"{row['opening_balance']:,}",
    }
    if row["credit_limit"]:
        facts["limit"] = f"{row['credit_limit']:,}"
    for holder in holders:
        who = f"{holder['given_name']} {holder['family_name']}"
        facts[holder["role"]] = f"{who}, {spell_id(holder['user_id'], 'user')}"
    cases = _all(
        dataset,
        'SELECT DISTINCT role, pattern, is_fraud, case_id FROM member JOIN "case" USING (case_id) '
        "WHERE entity = 'account' AND entity_id = ? ORDER BY case_id",
        [account],
    )
    members = [
        (c["role"], c["pattern"] if c["is_fraud"] else f"{c['pattern']} look-alike",
         spell_id(c["case_id"], "case"))
        for c in cases
    ]  # fmt: skip
    events, total = _events(dataset, [_OF_ACCOUNT.format(account=account)], limit)
    return Story(f"account {name}", facts, members, events, total)


_NOTE = """concat_ws(', ', CASE WHEN status <> 'booked' THEN status END,
    CASE WHEN leg <> 'original' THEN leg END, {more})"""
_BEHIND = "p.counterparty_account_id"
_CLEARS = "(SELECT clearing_account_id FROM bank)"
_PAYER = f"""CASE WHEN p.debtor_account_id IN {_CLEARS} THEN coalesce({_BEHIND},
    p.debtor_account_id) ELSE p.debtor_account_id END"""
_PAYEE = f"""CASE WHEN p.creditor_account_id IN {_CLEARS} THEN coalesce({_BEHIND},
    p.creditor_account_id) ELSE p.creditor_account_id END"""
_STAGE = """(SELECT r.stage FROM event_label AS l JOIN {recipe} AS r ON r.edge_id = l.edge_id
    WHERE l.event = '{event}' AND l.event_id = {event}_id AND l.edge = '{recipe}')"""
_TOLD = {
    "payment": f"""
        SELECT p.time, p.payment_id AS id, rail AS what,
            printf('A%d to A%d', {_PAYER}, {_PAYEE}) AS text, amount,
            NULL AS balance, {_NOTE.format(more=_STAGE.format(recipe="pays", event="payment"))}
            AS note
        FROM payment AS p WHERE {{where}}
    """,  # noqa: S608 - columns of the schema
    "session": """
        SELECT s.time, s.session_id, 'session',
            printf('U%d from D%d at %s (%s)', s.user_id, s.device_id, ip.address, ip.kind),
            NULL, NULL, printf('%d s', s.duration_ms // 1000)
        FROM session AS s JOIN ip USING (ip_id) WHERE {where}
    """,
    "action": """
        SELECT a.time, a.action_id, a.type, concat_ws(' ', printf('U%d', a.user_id),
            CASE WHEN a.payee_account_id IS NOT NULL
                THEN printf('adds A%d', a.payee_account_id) END), NULL, NULL, ''
        FROM action AS a WHERE {where}
    """,
}
_CASE = "CASE WHEN l.case_id IS NOT NULL THEN printf('C%d', l.case_id) END"
_OF_ACCOUNT = f"""
    SELECT p.time, payment_id AS id, rail AS what,
        CASE WHEN debtor_account_id = {{account}} THEN printf('to A%d', {_PAYEE})
            ELSE printf('from A%d', {_PAYER}) END AS text,
        CASE WHEN debtor_account_id = {{account}} THEN -amount ELSE amount END AS amount,
        CASE WHEN debtor_account_id = {{account}} THEN debtor_balance ELSE creditor_balance END
        AS balance, {_NOTE.format(more=_CASE)} AS note
    FROM payment AS p JOIN event_label AS l ON l.event = 'payment' AND l.event_id = payment_id
    WHERE {{account}} IN (debtor_account_id, creditor_account_id)
"""  # noqa: S608 - columns of the schema


def _events(dataset: Dataset, parts: Sequence[str], limit: int) -> tuple[list[Event], int]:
    union = " UNION ALL ".join(parts)
    told = f"SELECT * FROM ({union}) ORDER BY time, id"  # noqa: S608 - our own queries
    total = _one(dataset, f"SELECT count(*) AS n FROM ({union})", [])  # noqa: S608
    rows = _all(dataset, f"{told} LIMIT {int(limit)}", [])
    events = [
        Event(
            row["time"],
            row["what"],
            row["text"],
            None if row["amount"] is None else float(row["amount"]),
            None if row["balance"] is None else float(row["balance"]),
            row["note"] or "",
        )
        for row in rows
    ]
    return events, int((total or {"n": 0})["n"])


def _all(dataset: Dataset, query: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    found = dataset.connection.execute(query, list(values))
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _one(dataset: Dataset, query: str, values: Sequence[Any]) -> dict[str, Any] | None:
    found = _all(dataset, query, values)
    return found[0] if found else None


def _some(dataset: Dataset, kind: str) -> str:
    found = _all(dataset, f'SELECT {kind}_id AS id FROM "{kind}" ORDER BY 1 LIMIT 3', [])  # noqa: S608
    names = ", ".join(spell_id(row["id"], kind) for row in found)
    return f"there is: {names}, ..." if found else f"it has no {kind}"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
