"""Rules: what an analyst writes without a model, one query a pattern, each a file in `rules/`.

A query names the payments that it would stop as they are ordered: it looks at what came before, and
at no label. It sees `move`, payments as they were ordered, and the tables of data. What rules say
together is how likely it is that one of them is right, by how often each was in training.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from graphgen.table import Array

if TYPE_CHECKING:
    import duckdb

    from graphgen.baseline.rows import Rows

__all__ = ["fired", "rule_names", "rule_text", "scores"]

_DOUBT = 2.0
"""How many false alarms each rule is thought to have given beforehand; our assumption."""

_MOVE = """
CREATE OR REPLACE TEMP TABLE move AS
WITH owner AS (
    SELECT account_id, min(user_id) AS user_id FROM has_account WHERE role = 'owner' GROUP BY 1
), ordered AS (
    SELECT payment_id AS id, time, coalesce(counterparty_account_id, debtor_account_id) AS payer,
        creditor_account_id AS payee, amount_minor / 100 AS amount, rail, purpose,
        status = 'declined' AS is_declined, device_id, ip_id,
        amount_minor / (amount_minor + greatest(debtor_balance_minor, 0)) AS share
    FROM payment WHERE leg = 'original'
)
SELECT o.*, row_number() OVER (PARTITION BY o.payer, o.payee ORDER BY id) - 1 AS before,
    p.user_id AS payer_user, q.user_id AS payee_user, a.bank_id AS payer_bank,
    b.bank_id AS payee_bank
FROM ordered AS o
LEFT JOIN owner AS p ON p.account_id = o.payer LEFT JOIN owner AS q ON q.account_id = o.payee
LEFT JOIN account AS a ON a.account_id = o.payer LEFT JOIN account AS b ON b.account_id = o.payee
"""
"""`before`: payments of the payer to the payee before it. `share`: of what was in the account."""


def rule_names() -> list[str]:
    """Name the rules: each is called as the pattern that it looks for."""
    found = (files("graphgen.baseline") / "rules").iterdir()
    return sorted(each.name.removesuffix(".sql") for each in found if each.name.endswith(".sql"))


def rule_text(name: str) -> str:
    """Give a rule's query, with what it says of itself."""
    return (files("graphgen.baseline") / "rules" / f"{name}.sql").read_text("utf-8")


def fired(connection: duckdb.DuckDBPyConnection, rows: Rows) -> dict[str, Array]:
    """Say which payments each rule names: rows, by the rule's name."""
    connection.execute(_MOVE)
    found = {}
    for name in rule_names():
        ids = connection.sql(rule_text(name)).fetchnumpy()["id"]
        found[name] = np.searchsorted(rows.id, np.unique(np.asarray(ids, np.int64)))
    return found


def scores(found: dict[str, Array], rows: Rows) -> Array:
    """Give each payment how likely a rule that names it is right: float64, 0 where none does.

    A rule is right as often as it was in training, by what was known then.
    """
    wrong = np.ones(len(rows.id))
    for named in found.values():
        learnt = named[(rows.part[named] == 0) & rows.is_kept[named]]
        hits = np.count_nonzero(rows.is_known[learnt])
        wrong[named] *= 1 - (hits + 1) / (len(learnt) + 1 + _DOUBT)
    return 1 - wrong
