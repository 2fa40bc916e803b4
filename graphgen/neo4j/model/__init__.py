"""The model: Neo4j's transaction base model and its event-sequence extension, and what we add.

Sources: the transaction base model (https://neo4j.com/developer/industry-use-cases/data-models/
transaction-graph/transaction/transaction-base-model/) and the fraud event sequence model beside
it. Labels, types, names and directions are theirs; what they lack is added by their naming rules
and marked `extends`.

The rows are of a dataset's tables. `today.payment` and its like are an event table's rows of the
days that are projected at a time, `soon.payment` these and those of the days until all that was
ordered has cleared; a table without a schema is whole, and the two of `planted` are the truth's.
"""

from __future__ import annotations

from graphgen.neo4j.element import Model
from graphgen.neo4j.model import (
    access,
    accounts,
    customers,
    derived,
    market,
    payments,
    sequence,
    truth,
)

__all__ = ["DERIVED", "MODEL", "TRUTH"]

MODEL: Model = (
    customers.MODEL + accounts.MODEL + access.MODEL + payments.MODEL + sequence.MODEL + market.MODEL
)
"""What can be observed."""
DERIVED: Model = derived.MODEL
"""What can be counted from that: relationships for graphs of one kind of node."""
TRUTH: Model = truth.MODEL
"""What was planted: it can be left out, and taken out again."""
