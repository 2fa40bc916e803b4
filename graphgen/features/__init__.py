"""Features, point in time: what was known of each payment, and of each account's day, by then.

`features` writes them beside a dataset, `read` reads them back; `compute` gives them day by day.
A value of a payment depends on what came strictly before it alone (by time, and by id at the same
time), a value of a day on what came before its end; never on a label, but for those that are called
`known_`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from graphgen.dataset import Dataset
from graphgen.features import files, reading
from graphgen.features.by_day import PointInTime, compute, features_of
from graphgen.features.files import read
from graphgen.features.known import Reports
from graphgen.generate import Progress
from graphgen.memory import give_back

__all__ = ["Reports", "compute", "features", "features_of", "read"]


def features(
    path: str | Path,
    *,
    reports: Reports | None = None,
    force: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> Mapping[str, int]:
    """Write the features of a dataset into its folder `features/`; gives rows by table.

    With `reports` there are those that know what had been reported by then. Raises `DatasetError`
    for a folder that is no dataset, not a finished one, or without order; `StoreError` for a
    folder that cannot be written, or holds features already, without `force`.
    """
    tell = on_progress or (lambda _: None)
    dataset = Dataset(path)
    dataset.files("payment")  # an unfinished one is told before anything is written
    files.check(dataset, force=force)
    total = len(dataset.days)
    tell(Progress("features", 0, total, 0))
    facts = reading.read(dataset)
    give_back()
    with files.made(dataset) as folder:
        writer = files.Writer(dataset, facts, folder, known=reports is not None)
        try:
            state = PointInTime(facts, reports)
            for done, day in enumerate(reading.days(dataset, facts), 1):
                for found in state.of(day):
                    writer.put(found)
                    del found
                del day  # there is room for the next one
                give_back()
                tell(Progress("features", done, total, writer.rows["payment"]))
        finally:
            writer.close()
    return writer.rows
