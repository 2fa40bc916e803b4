"""Where Ladybug's Cypher differs from Neo4j's, and how it says what it can say.

The differences are those that the queries in `cypher/` meet; each has a statement that Ladybug
refuses because of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from graphgen.neo4j.model import MODEL, TRUTH

__all__ = ["DIFFERENCES", "Difference", "differences_in"]


@dataclass(frozen=True)
class Difference:
    """What Neo4j's Cypher has and Ladybug's has not."""

    name: str
    form: str
    """How it is found in a query: a regular expression."""
    refused: str
    """A statement with nothing else in it that Ladybug would refuse."""
    instead: str = ""
    """A statement that says it in Ladybug; empty where none does."""


_LABELS = "|".join(node.label for node in (MODEL + TRUTH).nodes)
DIFFERENCES = (
    Difference(
        "a subquery",
        r"\bCOLLECT\s*\{|\bCALL\s*\(",
        "MATCH (c:Customer) RETURN COLLECT { MATCH (c)-[:HAS_ACCOUNT]->(a) RETURN a }",
    ),
    Difference(
        "a path with a quantifier",
        r"\)\s*\{\d+,\d*\}",
        "MATCH p = (a:Account) ((:Account)-[:PERFORMS]->(:Transaction)){1,2} (b) RETURN p LIMIT 1",
    ),
    Difference(
        "a list comprehension",
        r"\[\s*\w+\s+IN\s",
        "WITH [1, 2] AS xs RETURN [x IN xs WHERE x > 1 | x + 1] AS found",
        "WITH [1, 2] AS xs RETURN list_transform(list_filter(xs, x -> x > 1), x -> x + 1) AS found",
    ),
    Difference(
        "`reduce`",
        r"\breduce\(",
        "WITH [1.0, 2.0] AS xs RETURN reduce(s = 0.0, x IN xs | s + x) AS found",
        "WITH [1.0, 2.0] AS xs RETURN list_reduce(xs, (s, x) -> s + x) AS found",
    ),
    Difference(
        "a place in a list from 0",
        r"\w\[0\]|\)\[0\]|\[first",
        "WITH [1, 2] AS xs RETURN xs[0] AS found",
        "WITH [1, 2] AS xs RETURN xs[1] AS found",
    ),
    Difference(
        "a second label",
        rf"\(\w*:(?!(?:{_LABELS})\b|`)\w+",
        "MATCH (a:Internal) RETURN count(*) AS found",
        "MATCH (a:Account {secondLabel: 'Internal'}) RETURN count(*) AS found",
    ),
    Difference(
        "a label as a condition",
        r"\b(?:WHERE|AND|OR|NOT)\s+\w+:[A-Z]",
        "MATCH (a:Account) WHERE a:Internal RETURN count(*) AS found",
        "MATCH (a:Account) WHERE a.secondLabel = 'Internal' RETURN count(*) AS found",
    ),
    Difference(
        "the label `Order` without quotes",
        r":Order\b",
        "MATCH (o:Order) RETURN count(*) AS found",
        "MATCH (o:`Order`) RETURN count(*) AS found",
    ),
    Difference(
        "`duration`",
        r"\bduration(?:\.between)?\(",
        "RETURN duration({days: 3}) AS found",
        "RETURN to_days(3) AS found",
    ),
    Difference(
        "`datetime`",
        r"\bdatetime\(",
        "RETURN datetime({epochMillis: 0}) AS found",
        "RETURN epoch_ms(0) AS found, current_timestamp() AS now",
    ),
    Difference(
        "`epochMillis`",
        r"\.epochMillis\b",
        "MATCH (t:Transaction) RETURN t.date.epochMillis AS found LIMIT 1",
        "MATCH (t:Transaction) RETURN to_epoch_ms(t.date) AS found LIMIT 1",
    ),
    Difference(
        "`date` of a time",
        r"\bdate\(\w+\.",
        "MATCH (t:Transaction) RETURN date(t.date) AS found LIMIT 1",
        "MATCH (t:Transaction) RETURN CAST(t.date AS DATE) AS found LIMIT 1",
    ),
    Difference(
        "a pattern in braces without MATCH",
        r"\b(?:EXISTS|COUNT)\s*\{\s*\(",
        "MATCH (a:Account) WHERE EXISTS { (a)-[:PERFORMS]->(:Transaction) } RETURN count(*)",
        "MATCH (a:Account) WHERE EXISTS { MATCH (a)-[:PERFORMS]->(:Transaction) } RETURN count(*)",
    ),
    Difference(
        "an order by a list",
        r"ORDER BY[^\n]*\bentities\b",
        "MATCH (a:Account) RETURN [a.accountNumber] AS entities ORDER BY entities LIMIT 1",
        "MATCH (a:Account) RETURN [a.accountNumber] AS entities ORDER BY a.accountNumber LIMIT 1",
    ),
    Difference(
        "`type`",
        r"\btype\(",
        "MATCH ()-[r]->() RETURN type(r) AS found LIMIT 1",
        "MATCH ()-[r]->() RETURN label(r) AS found LIMIT 1",
    ),
    Difference(
        "`elementId`",
        r"\belementId\(",
        "MATCH (a:Account) RETURN elementId(a) AS found LIMIT 1",
        "MATCH (a:Account) RETURN id(a) AS found LIMIT 1",
    ),
)


def differences_in(text: str) -> list[Difference]:
    """Give what in a query Ladybug's dialect has not."""
    code = re.sub(r"//[^\n]*", "", text)
    return [each for each in DIFFERENCES if re.search(each.form, code)]
