"""What can be counted from the rest, for those who project graphs of one kind of node."""

from __future__ import annotations

from graphgen.neo4j.element import End, Model, Property, Relationship, Type
from graphgen.neo4j.model.payments import PAYER

__all__ = ["MODEL"]

_DOUBLE, _LONG = Type.DOUBLE, Type.LONG
_FEW = 20
"""What more customers than these share says nothing of two of them; our assumption."""

_PAID = f"""(
SELECT {PAYER} AS payer, creditor_account_id AS payee, count(*) AS payments,
  sum(amount)::DOUBLE AS total, min(amount)::DOUBLE AS least, avg(amount)::DOUBLE AS mean,
  max(amount)::DOUBLE AS most
FROM payment WHERE status = 'booked' AND leg IN ('original', 'fee', 'recovery') GROUP BY ALL)"""

_GIVEN = " UNION ".join(
    f"SELECT user_id, '{kind}' AS kind, {kind}_id AS id FROM {table}"
    for kind, table in (
        ("email", "has_email"),
        ("phone", "has_phone"),
        ("address", "lives_at"),
        ("device", "uses_device"),
    )
)
_SHARED = f"""(
WITH given AS ({_GIVEN}),
few AS (SELECT kind, id FROM given GROUP BY ALL HAVING count(*) BETWEEN 2 AND {_FEW}),
own AS (SELECT user_id, count(*) AS many FROM given GROUP BY ALL),
pair AS (
  SELECT a.user_id AS one, b.user_id AS other, count(*) AS shared
  FROM given a JOIN few USING (kind, id) JOIN given b USING (kind, id)
  WHERE a.user_id < b.user_id GROUP BY ALL)
SELECT one, other, shared, shared / (x.many + y.many - shared) AS ratio
FROM pair JOIN own x ON x.user_id = one JOIN own y ON y.user_id = other)"""

_TRANSACTED_TO = Relationship(
    "TRANSACTED_TO",
    "An account paid another: all its transactions to that in one.",
    End("Account", "payer"),
    End("Account", "payee"),
    _PAID,
    (
        Property("totalAmount", "total", "Sum, in major units.", _DOUBLE),
        Property("minAmount", "least", "The smallest.", _DOUBLE),
        Property("averageAmount", "mean", "The average.", _DOUBLE),
        Property("maxAmount", "most", "The largest.", _DOUBLE),
        Property("transactionCount", "payments", "How many.", _LONG),
    ),
    extends=True,
)
_SHARED_IDENTIFIERS = Relationship(
    "SHARED_IDENTIFIERS",
    "Two customers share e-mail addresses, telephone numbers, homes or devices; one relationship a "
    f"pair. What more than {_FEW} share is left out.",
    End("Customer", "one"),
    End("Customer", "other"),
    _SHARED,
    (
        Property("sharedCount", "shared", "How many they share.", _LONG),
        Property("sharedRatio", "ratio", "Of all that either of them has.", _DOUBLE),
    ),
    extends=True,
)

MODEL = Model((), (_TRANSACTED_TO, _SHARED_IDENTIFIERS))
