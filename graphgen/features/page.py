"""The page of features: `docs/features.md`, made from what they say of themselves."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from inspect import getdoc

from graphgen.features.by_day import GROUPS
from graphgen.features.feature import Feature

__all__ = ["page"]

_LEAD = """\
`graphgen features DATASET` writes two files beside a dataset: `features/payment.parquet` has a row
for each row of `payment`, in its order; `features/account_day.parquet` has one for each day and
account that ordered something or was paid that day. In Python,
`graphgen.features.read(Dataset("world"), "payment")` gives the first, and refuses one that was made
of another dataset.

**Point in time.** A value of a payment depends on what came strictly before that payment: earlier
events, and of the same millisecond those with a smaller id. A value of `account_day` depends on
what came before the day's end. No label is read, and nothing that only truth knows. Two tests prove
it: one deletes everything after a row, the other asks DuckDB for the same numbers.

**What counts.** Numbers and sums are of payments that were booked, each once: of the leg
`original`, not of its later settlement, return or fee, though these have rows of features too.
Payer and payee are the accounts behind the clearing. The past before the first day is opening
balances, and what edges date before it; so a month has to pass before the longest windows are full.

**Reading the tables.** *Window* is how far a feature looks back: `all` is to the first day, `day`
means the graph as it stood when the day began, and nothing that no event counts. *Kind* is how it
stands in the file: `count` int32, `number` float32, `flag` bool; `?` may be null. Doc, window and
unit stand in the metadata of the columns as well. `payment_id` and `time`, or `account_id` and
`day`, are the first columns."""


def page() -> str:
    """Give the page as Markdown."""
    parts = ["# Features", _LEAD]
    for table, groups in GROUPS.items():
        count = sum(len(some) for name, some in groups.items() if name != "known")
        parts.append(f"## {table}\n\n{count} features.")
        for name, features in groups.items():
            if name != table:
                parts.append(f"### {table}: {name}")
            story = getdoc(import_module(f"graphgen.features.{name}")) or ""
            parts += [story, _rows(features)]
    return "\n\n".join(parts) + "\n"


def _rows(features: Iterable[Feature]) -> str:
    lines = ["| feature | what it says | window | unit | kind |", "| --- | --- | --- | --- | --- |"]
    for each in features:
        kind = each.kind + ("?" if each.nullable else "")
        lines.append(f"| `{each.name}` | {each.doc} | {each.window} | {each.unit} | {kind} |")
    return "\n".join(lines)
