"""The model: an index for each kind of event and entity, and for the truth.

Names are those of the Elastic Common Schema (https://www.elastic.co/docs/reference/ecs) where it
has a field; what is of business is under `payment.*`, `trade.*`, `order.*` and the like. What
joins has one name on both sides: `account.id`, `user.id`, `device.id`, `source.ip`, `merchant.id`,
`security.id`, `position.id`, and `event.id` for the truth.

The rows are of a dataset's tables. `today.payment` and its like are an event table's rows of the
days that are projected at a time, `part.user` and its like the entities of a part; a table without
a schema is whole; those of `known` are made beforehand.
"""

from __future__ import annotations

from graphgen.elastic.document import Document
from graphgen.elastic.model import access, entities, market, payments, truth

__all__ = ["MODEL", "TRUTH"]

MODEL: tuple[Document, ...] = (
    *entities.DOCUMENTS,
    *payments.DOCUMENTS,
    *access.DOCUMENTS,
    *market.DOCUMENTS,
)
"""What can be observed: entities first."""
TRUTH: tuple[Document, ...] = truth.DOCUMENTS
"""What was planted: it can be left out."""
