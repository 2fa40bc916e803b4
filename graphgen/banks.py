"""Banks by their ids, as somebody typed them."""

from __future__ import annotations

from graphgen.dataset import Dataset, DatasetError
from graphgen.ids import parse_id

__all__ = ["bank_id"]


def bank_id(dataset: Dataset, text: str, what: str) -> int:
    """Read the id of one of a dataset's banks; `DatasetError` if it has none such.

    `what` is what the bank is wanted as; it stands before the error.
    """
    known = dataset["bank"]["bank_id"].to_pylist()
    try:
        wanted = parse_id(text, "bank")
    except ValueError as wrong:
        raise DatasetError(f"{what}: {wrong}") from None
    if wanted not in known:
        raise DatasetError(f"{what}: no bank {text!r}; there is: B{', B'.join(map(str, known))}")
    return wanted
