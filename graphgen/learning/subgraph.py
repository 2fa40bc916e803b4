"""A part of a world small enough to be drawn: a case, what is around an account, or a small whole.

Nodes are accounts, people, devices and internet addresses; edges are payments, one each, and who
holds and uses what. Everything that is said of them is text, a number or a truth value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphgen.dataset import DatasetError
from graphgen.ids import parse_id, spell_id
from graphgen.stage import StoreError

if TYPE_CHECKING:
    from networkx import MultiDiGraph

    from graphgen.learning.frame import Frame

__all__ = ["MOST", "Cut", "subgraph"]

MOST = 50_000
"""Edges that tools for drawing open without trouble; our assumption."""


@dataclass(frozen=True)
class Cut:
    """What is cut out of a world."""

    case: str = ""
    """A case: its members, and what they do with each other."""
    ego: str = ""
    """An account: all within some hops of it."""
    hops: int = 2


def subgraph(frame: Frame, cut: Cut, *, blind: bool) -> MultiDiGraph:
    """Give a part as a graph of networkx, in which ids are text.

    `DatasetError` for a case or an account that is not there, `StoreError` for what has more than
    `MOST` edges.
    """
    import networkx as nx

    if blind and cut.case:
        raise StoreError("case: is truth, which blind leaves out; cut around an account with --ego")
    frame.connection.execute("CREATE OR REPLACE TEMP TABLE picked (kind VARCHAR, id BIGINT)")
    frame.connection.execute(_picked(frame, cut))
    _with_holders(frame, of_case=bool(cut.case))
    edges = " UNION ALL ".join(f"SELECT count(*) AS n FROM ({query})" for query in _EDGES.values())
    ((count,),) = frame.sql(f"SELECT sum(n) FROM ({edges})").fetchall()
    if count > MOST:
        raise StoreError(
            f"{count:,} edges; at most {MOST:,} can be drawn: cut a part out with --case ID or "
            "--ego ACCOUNT --hops 1, or take ladybug or neo4j-admin for all of it"
        )
    graph = nx.MultiDiGraph()
    for kind, query in _NODES.items():
        for row in _rows(frame, f"{query} ORDER BY id", _OF_NODE, blind=blind):
            graph.add_node(f"{spell_id(row.pop('id'), kind)}", kind=kind, **row)
    ends = {"pays": ("account", "account"), "holds": ("user", "account")}
    ends |= {"uses_device": ("user", "device"), "uses_ip": ("user", "ip")}
    for kind, query in _EDGES.items():
        start, end = ends[kind]
        for row in _rows(frame, f"{query} ORDER BY ALL", _OF_EDGE, blind=blind):
            payer, payee = spell_id(row.pop("source"), start), spell_id(row.pop("target"), end)
            graph.add_edge(payer, payee, kind=kind, **row)
    return graph


def _picked(frame: Frame, cut: Cut) -> str:
    """Give the statement that picks what is cut around."""
    if cut.case:
        case = parse_id(cut.case, "case")
        if not frame.sql(f'FROM "case" WHERE case_id = {case}').fetchall():
            raise DatasetError(f"{frame.dataset.path}: no case {cut.case!r}")
        return (
            f"INSERT INTO picked SELECT DISTINCT entity, entity_id FROM member WHERE case_id = "
            f"{case} AND entity IN ('account', 'user', 'device', 'ip') UNION SELECT 'account', "
            f"unnest([payer, payee]) FROM transfer WHERE case_id = {case}"
        )
    if not cut.ego:
        return "INSERT INTO picked SELECT 'account', account_id FROM account"
    account = parse_id(cut.ego, "account")
    if not frame.sql(f"FROM account WHERE account_id = {account}").fetchall():
        raise DatasetError(f"{frame.dataset.path}: no account {cut.ego!r}")
    return _AROUND.format(account=account, hops=cut.hops)


_AROUND = """
INSERT INTO picked
WITH RECURSIVE pair AS (
    SELECT DISTINCT payer AS one, payee AS other FROM transfer
    UNION SELECT DISTINCT payee, payer FROM transfer
), around AS (
    SELECT {account}::BIGINT AS id, 0 AS hops
    UNION
    SELECT other, hops + 1 FROM around JOIN pair ON one = id
    WHERE hops < {hops} AND (hops = 0 OR id IN (SELECT account_id FROM has_account))
)
SELECT DISTINCT 'account', id FROM around
"""
"""Shops, firms and the world outside are seen, but nobody goes on from them: they pay everybody."""


def _with_holders(frame: Frame, *, of_case: bool) -> None:
    """Add who holds the accounts, and what these use: in a case no more than its members."""
    holders = "SELECT 'user', user_id FROM has_account WHERE account_id IN ({})"
    frame.connection.execute(f"INSERT INTO picked {holders.format(_of('account'))}")
    if not of_case:
        for kind in ("device", "ip"):
            frame.connection.execute(
                f"INSERT INTO picked SELECT '{kind}', {kind}_id FROM uses_{kind} "
                f"WHERE user_id IN ({_of('user')})"
            )


def _of(kind: str) -> str:
    return f"SELECT id FROM picked WHERE kind = '{kind}'"


def _told(kind: str) -> str:
    return (
        "coalesce(l.is_fraud, false) AS is_fraud, coalesce(l.is_victim, false) AS is_victim, "
        f"coalesce(l.is_lookalike, false) AS is_lookalike FROM {{}} AS r LEFT JOIN node_label AS l "
        f"ON l.entity = '{kind}' AND l.entity_id = r.{kind}_id "
        f"WHERE r.{kind}_id IN ({_of(kind)})"
    )


_NODES = {
    "account": "SELECT r.account_id AS id, coalesce(r.type, 'elsewhere') AS type, "
    "'B' || r.bank_id AS bank, r.opened AS start, " + _told("account").format("account"),
    "user": "SELECT r.user_id AS id, r.given_name || ' ' || r.family_name AS name, "
    "r.customer_since AS start, " + _told("user").format('"user"'),
    "device": "SELECT r.device_id AS id, r.type, r.os AS name, NULL::TIMESTAMPTZ AS start, "
    + _told("device").format("device"),
    "ip": "SELECT r.ip_id AS id, r.kind AS type, r.address AS name, NULL::TIMESTAMPTZ AS start, "
    + _told("ip").format("ip"),
}
_EDGES = {
    "pays": "SELECT payer AS source, payee AS target, time AS start, time AS end, 'P' || id AS "
    "payment, amount::DOUBLE AS amount, currency, rail, status, is_fraud, is_lookalike, "
    f"coalesce(pattern, '') AS pattern, CASE WHEN case_id IS NULL THEN '' ELSE 'C' || case_id END "
    f"AS case_id, coalesce(stage, '') AS stage FROM transfer WHERE payer IN ({_of('account')}) "
    f"AND payee IN ({_of('account')})",
    "holds": "SELECT user_id AS source, account_id AS target, since AS start, role FROM "
    f"has_account WHERE user_id IN ({_of('user')}) AND account_id IN ({_of('account')})",
    "uses_device": "SELECT user_id AS source, device_id AS target, first_seen AS start, last_seen "
    f"AS end FROM uses_device WHERE user_id IN ({_of('user')}) AND device_id IN ({_of('device')})",
    "uses_ip": "SELECT user_id AS source, ip_id AS target, first_seen AS start, last_seen AS end "
    f"FROM uses_ip WHERE user_id IN ({_of('user')}) AND ip_id IN ({_of('ip')})",
}
_OF_NODE = ("is_fraud", "is_victim", "is_lookalike")
_OF_EDGE = ("is_fraud", "is_lookalike", "pattern", "case_id", "stage")
"""What tells of the truth."""


def _rows(
    frame: Frame, query: str, truth: tuple[str, ...], *, blind: bool
) -> Iterator[dict[str, Any]]:
    """Yield rows as attributes: times as ISO 8601 in UTC, without what is none."""
    asked = frame.connection.execute(query)
    names = [column[0] for column in asked.description or ()]
    for row in asked.fetchall():
        told = dict(zip(names, row, strict=True))
        yield {
            name: f"{value:%Y-%m-%dT%H:%M:%S}" if hasattr(value, "year") else value
            for name, value in told.items()
            if value is not None and not (blind and name in truth)
        }
