"""Rewriting: a language model writes a dataset's news and reports in other words.

A step that a written dataset goes through: generating a world needs no network and gives the same
bytes as before, whatever a model says. Of each piece its title and its content change, and nothing
else does; they tell what the grammar's told, number by number and name by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graphgen.dataset import Dataset, DatasetError
from graphgen.replacing import check_digests, opened
from graphgen.rewrite.chat import Chat
from graphgen.rewrite.endpoint import ChatError
from graphgen.rewrite.record import NAME, Record
from graphgen.rewrite.texts import tables
from graphgen.rewrite.work import Progress, Summary, Work

__all__ = ["ChatError", "Progress", "Summary", "rewrite"]


def rewrite(
    path: str | Path,
    url: str,
    model: str,
    *,
    key: str = "",
    settings: Mapping[str, Any] | None = None,
    concurrency: int = 4,
    tries: int = 3,
    limit: int | None = None,
    timeout: float = 60.0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Summary:
    """Have a model write the titles and texts of a dataset's news and reports.

    Parameters
    ----------
    path
        The dataset's folder.
    url, model
        An endpoint that speaks as OpenAI's does (`https://host/v1`), and a model that it has.
    key
        Sent as `Authorization: Bearer`; nothing is sent without one.
    settings
        More keys of each request, such as `temperature`.
    concurrency
        How many requests are under way at once.
    tries
        How often a piece is asked for; if no answer can be used it keeps the grammar's words.
    limit
        How many pieces are asked for, at most.
    timeout
        Seconds in which an answer has to come.

    Raises
    ------
    ChatError
        The endpoint cannot be asked; the dataset is as it was, and what had been paid for is kept.
    DatasetError, StoreError
        The folder is no dataset that can be rewritten.
    Interrupted
        Ctrl-C; as for `ChatError`.

    """
    if concurrency < 1 or tries < 1 or (limit is not None and limit < 0) or timeout <= 0:
        raise ValueError(
            "concurrency and tries are at least 1, a limit is 0 or more, a timeout > 0"
        )
    with (
        Chat(url, model, key=key, settings=settings, timeout=timeout) as chat,
        _opened(path) as (
            dataset,
            record,
        ),
    ):
        work = Work(dataset, record, chat, on_progress or (lambda _: None))
        asking = work.ask(concurrency, tries, limit)
        work.place()
        return work.summary(asking)


@contextmanager
def _opened(path: str | Path) -> Iterator[tuple[Dataset, Record]]:
    """Open a dataset of texts that nobody else writes; `DatasetError` if it cannot be rewritten."""
    with opened(path) as dataset:
        root = dataset.path
        if not tables(dataset):
            raise DatasetError(f"{root}: has no news and no reports; walks: [news] writes them")
        check_digests(dataset, tables(dataset))
        record = Record(root)
        if "texts" in dataset.run and not record.is_there:
            raise DatasetError(
                f"{root / NAME}: is missing; it tells what the grammar wrote before a model did"
            )
        try:
            yield dataset, record
        finally:
            record.close()
