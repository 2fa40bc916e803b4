"""Cases: every planted case is what its pattern says it is, proven from the files alone.

A pattern's promises lie beside it, in `NAME.sql`: queries in DuckDB's SQL, each under a comment
that says what is promised, and each giving the rows that break it. They may look at the tables of
the dataset and at these, which hold the pattern's own cases, its look-alikes' (`NOT is_fraud`)
included:

    cases        the rows of `case`
    part         the rows of `member`, with the case's `is_fraud` and `difficulty`
    misowned     members that do not belong together: an account with an owner who has no part in
                 the case, or another one, and a person who owns no account of it in that part
    paid         payments (all legs), with case_id, is_fraud, difficulty, stage, edge_id,
                 case_start, case_end; `follows_payment_id`: the payment whose receipt a hop
                 passes on; `into_payment_id`: the one that passes this one's receipt on, with
                 others'; `unit_minor`: what a hop is rounded down to whole multiples of
    signed_in    sessions, with the same
    acted        actions, with the same
    ordered      orders, with the same
    traded       executions, with the same
    told         prices of the cases' securities by session, beside what they would have been
                 without the case (`clean_close_minor`, ...)
    declared(k)  the value that the world file gives the pattern's parameter `k`
    kept(k)      the most that may be left of a receipt where `k` says what is kept, with what is
                 left for a round sum: a twentieth, and of a small share a quarter of it
    hardness(d)  the difficulty `d` as a number, as `Pattern.hardness` is
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from graphgen.pattern import HARDNESS
from graphgen.registry import PATTERNS, BrokenError
from graphgen.verify.promise import Promise, Setup

if TYPE_CHECKING:
    from graphgen.dataset import Dataset

__all__ = ["PROMISES", "SETUP", "promises", "statements"]

_AT_A_PROMPT = "__main__"
"""What a pattern is called that is in no file that could be imported."""
_NEEDS = {
    "paid": "payment",
    "signed_in": "session",
    "acted": "action",
    "ordered": "order",
    "traded": "trade",
    "told": "price",
}

SETUP = Setup(
    (
        *(
            f"""
            CREATE TEMP TABLE case_{event} AS
            SELECT v.*, l.case_id, l.edge, l.edge_id, c.pattern, c.is_fraud, c.difficulty,
                c.start AS case_start, c."end" AS case_end, r.stage{more}
            FROM event_label AS l
            JOIN "case" AS c USING (case_id)
            JOIN "{event}" AS v ON v.{event}_id = l.event_id
            LEFT JOIN (
                SELECT 'pays' AS edge, edge_id, stage, follows, "into", unit_minor FROM pays
                WHERE case_id IS NOT NULL
                UNION ALL
                SELECT 'signs_in', edge_id, stage, NULL, NULL, NULL FROM signs_in
                WHERE case_id IS NOT NULL
                UNION ALL
                SELECT 'acts', edge_id, stage, NULL, NULL, NULL FROM acts
                WHERE case_id IS NOT NULL
                UNION ALL
                SELECT 'trades', edge_id, stage, NULL, NULL, NULL FROM trades
                WHERE case_id IS NOT NULL
            ) AS r ON r.edge = l.edge AND r.edge_id = l.edge_id
            WHERE l.event = '{event}'
            """  # noqa: S608 - a table of the schema
            for event, more in (
                ("payment", ', r.follows, r."into", r.unit_minor'),
                ("session", ""),
                ("action", ""),
                ("order", ""),
                ("trade", ""),
            )
        ),
        """
        CREATE TEMP TABLE case_member AS
        SELECT m.*, c.pattern, c.is_fraud, c.difficulty FROM member AS m JOIN "case" AS c
        USING (case_id)
        """,
    )
)

_LOST = """
    SELECT c.case_id, c.loss_minor, l.lost, c.recovered_minor, l.back FROM "case" AS c
    LEFT JOIN (
        SELECT case_id,
            sum(amount_minor) FILTER (
                (by_bank AND leg = 'return')
                OR (stage = 'theft' AND leg = 'original' AND edge = 'pays')
            ) AS lost,
            sum(amount_minor) FILTER (
                (stage = 'recovery' AND leg = 'original')
                OR (leg = 'recovery' AND (edge_id, debtor_account_id) IN (
                    SELECT (edge_id, creditor_account_id) FROM pays))
                OR (stage = 'theft' AND leg = 'return' AND NOT by_bank)
            ) AS back
        FROM (SELECT *, debtor_account_id IN (SELECT loss_account_id FROM bank) AS by_bank
            FROM case_payment WHERE status = 'booked')
        GROUP BY case_id
    ) AS l USING (case_id)
"""
_DAMAGES = """
    SELECT l.case_id, c.loss_minor, sum(CASE side WHEN 'buy' THEN quantity ELSE -quantity END
        * coalesce(p.close_minor - w.close_minor, 0)) AS inflated
    FROM event_label AS l JOIN trade AS t ON l.event = 'trade' AND l.event_id = t.trade_id
    JOIN "case" AS c USING (case_id)
    JOIN member AS m ON m.case_id = l.case_id AND m.entity = 'account'
        AND m.entity_id = t.account_id AND m.role = 'victim'
    JOIN price AS p ON p.security_id = t.security_id AND p.time::DATE = t.time::DATE
    LEFT JOIN counterfactual AS w ON w.case_id = l.case_id AND w.security_id = t.security_id
        AND w.time = p.time
    GROUP BY ALL
"""
_ROBBED_BY_TRADES = """(
    SELECT m.case_id FROM member AS m JOIN account AS a ON m.entity_id = a.account_id
    WHERE m.entity = 'account' AND m.role = 'victim' AND a.type = 'brokerage')"""

PROMISES = (
    Promise(
        "losses",
        "a case's loss, but for that of a manipulated price, is what was booked as theft and what "
        "banks' loss accounts paid back for it; what came back of it, and what banks took for it "
        "from accounts, is recovered",
        f"""{_LOST}
        WHERE c.recovered_minor <> coalesce(l.back, 0)
            OR (c.loss_minor <> coalesce(l.lost, 0) AND case_id NOT IN {_ROBBED_BY_TRADES})
        """,
        needs=("payment",),
    ),
    Promise(
        "damages",
        "victims of a manipulated price have lost what they paid above the one without the case, "
        "less what they were paid above it",
        f"""
        SELECT c.case_id, c.loss_minor, d.inflated FROM "case" AS c
        LEFT JOIN ({_DAMAGES}) AS d USING (case_id)
        WHERE case_id IN {_ROBBED_BY_TRADES}
            AND c.loss_minor <> greatest(0, coalesce(d.inflated, 0))
        """,  # noqa: S608 - queries of ours
        needs=("trade", "price"),
    ),
)


def promises(dataset: Dataset) -> Iterator[Promise]:
    """Give the promises of every pattern that the dataset has cases of.

    Of a pattern that is not installed, or has no promises beside it, it is one that cannot be
    proven: nobody knows what its cases keep. A pattern that was typed at a prompt has no file that
    promises could lie beside, so its cases are held to what all cases are.
    """
    found = dataset.connection.execute('SELECT DISTINCT pattern FROM "case" ORDER BY 1').fetchall()
    for (pattern,) in found:
        if pattern == _AT_A_PROMPT:
            continue
        why = _unproven(pattern)
        if why:
            text = f"every case of {pattern} is what its pattern says it is"
            yield Promise(pattern, text, "", unproven=why)
            continue
        for text, query in statements(pattern):
            needs = tuple(
                event for view, event in _NEEDS.items() if re.search(rf"\b{view}\b", query)
            )
            yield Promise(pattern, text, _about(pattern, query), needs)


def _unproven(pattern: str) -> str:
    """Say why nobody can tell what cases of a pattern keep, if so."""
    if pattern not in PATTERNS.names():
        return f"{pattern} is not installed"
    try:
        return "" if statements(pattern) else f"{pattern} has no promises in a {pattern}.sql"
    except BrokenError as wrong:
        return str(wrong)


@cache
def statements(pattern: str) -> tuple[tuple[str, str], ...]:
    """Read what a pattern promises of its cases: pairs of a text and a query."""
    beside = PATTERNS.beside(pattern, ".sql")
    if not beside.is_file():
        return ()
    found = []
    for statement in re.split(r";\s*(?:\n|$)", beside.read_text(encoding="utf-8")):
        lines = statement.strip().splitlines()
        told = [line[2:].strip() for line in lines if line.startswith("--")]
        query = "\n".join(line for line in lines if not line.startswith("--"))
        if query.strip():
            found.append((" ".join(told), query))
    return tuple(found)


class _about:  # noqa: N801 - a function that remembers two words
    """What makes the views of one pattern, and gives the query."""

    def __init__(self, pattern: str, query: str) -> None:
        self.pattern, self.query = pattern, query

    def __call__(self, dataset: Dataset) -> str:
        own = f"pattern = '{self.pattern}'"
        for name, query in {
            "cases": f'SELECT * FROM "case" WHERE {own}',  # noqa: S608 - a pattern's name
            "part": f"SELECT * FROM case_member WHERE {own}",  # noqa: S608
            "misowned": f"""
                SELECT m.* FROM case_member AS m WHERE m.{own} AND CASE m.entity
                    WHEN 'account' THEN EXISTS (
                        SELECT 1 FROM has_account AS h
                        WHERE h.account_id = m.entity_id AND h.role = 'owner' AND NOT EXISTS (
                            SELECT 1 FROM case_member AS u
                            WHERE u.entity_id = h.user_id AND u.entity = 'user'
                                AND (u.case_id, u.role) = (m.case_id, m.role)
                        )
                    )
                    WHEN 'user' THEN NOT EXISTS (
                        SELECT 1 FROM has_account AS h
                        JOIN case_member AS o ON o.entity_id = h.account_id
                        WHERE h.user_id = m.entity_id AND h.role = 'owner'
                            AND o.entity = 'account' AND (o.case_id, o.role) = (m.case_id, m.role)
                    )
                END
            """,  # noqa: S608
            "signed_in": f"SELECT * FROM case_session WHERE {own}",  # noqa: S608
            "acted": f"SELECT * FROM case_action WHERE {own}",  # noqa: S608
            "ordered": f"SELECT * FROM case_order WHERE {own}",  # noqa: S608
            "traded": f"SELECT * FROM case_trade WHERE {own}",  # noqa: S608
            "told": f"""
                SELECT m.case_id, m.is_fraud, m.role, p.*, f.case_id IS NOT NULL AS is_moved,
                    coalesce(f.open_minor, p.open_minor) AS clean_open_minor,
                    coalesce(f.close_minor, p.close_minor) AS clean_close_minor,
                    coalesce(f.volume, p.volume) AS clean_volume
                FROM case_member AS m JOIN price AS p ON p.security_id = m.entity_id
                LEFT JOIN counterfactual AS f ON f.case_id = m.case_id
                    AND f.security_id = p.security_id AND f.time = p.time
                WHERE m.{own} AND m.entity = 'security'
            """,  # noqa: S608
            "paid": f"""
                SELECT p.*, o.payment_id AS follows_payment_id, i.payment_id AS into_payment_id
                FROM case_payment AS p
                LEFT JOIN case_payment AS o
                    ON o.edge_id = p.follows AND o.leg = 'original' AND o.status = 'booked'
                LEFT JOIN case_payment AS i ON i.edge_id = p."into" AND i.leg = 'original'
                WHERE p.{own}
            """,  # noqa: S608
        }.items():
            if re.search(rf"\b{name}\b", self.query):  # making them all would take longest
                dataset.connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")
        settings = dataset.run["world"].get("patterns", {}).get(self.pattern, {})
        numbers = {key: value for key, value in settings.items() if isinstance(value, int | float)}
        for macro, values in {"declared": numbers, "hardness": HARDNESS}.items():
            dataset.connection.execute(
                f"CREATE OR REPLACE TEMP MACRO {macro}(key) AS ({_looked_up(values)})"
            )
        dataset.connection.execute(
            "CREATE OR REPLACE TEMP MACRO kept(key) AS "
            "greatest(declared(key), declared(key) / 4 + 0.05)"
        )
        return self.query


def _looked_up(values: Mapping[str, float]) -> str:
    """Say in SQL which number belongs to `key`: none, where no value has that name."""
    # a literal of many digits would be a decimal, which is too narrow for large numbers beside it
    whens = " ".join(f"WHEN '{key}' THEN {float(value)!r}::DOUBLE" for key, value in values.items())
    return f"CASE key {whens} END" if whens else "NULL"
