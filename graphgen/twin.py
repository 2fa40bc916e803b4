"""Twins: the same world again, without its crimes or without its look-alikes.

All honest people, and the accounts and lives that a crime makes use of, are in both; so whatever
honest is done in one is done in the other, at the same time, between the same, for the same amount.
Only what the crime's money changed differs: balances, and a decline here and there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

from graphgen.config import world_from_dict
from graphgen.dataset import Dataset, DatasetError
from graphgen.generate import Progress, Summary, generate
from graphgen.moving import move

__all__ = ["twin"]


def twin(
    path: str | Path,
    target: str | Path,
    *,
    without: Literal["crimes", "lookalikes"] = "crimes",
    workers: int = 1,
    force: bool = False,
    command: str = "",
    on_progress: Callable[[Progress], None] | None = None,
) -> Summary:
    """Write the twin of a dataset into a folder, in the same form; moved, if that was (`shift`).

    Raises `DatasetError` for a folder that is no dataset, or is a twin itself, and what `generate`
    raises.
    """
    dataset = Dataset(path)
    world = world_from_dict(dataset.run["world"])
    if world.leave_out != "nothing":
        raise DatasetError(f"{path}: has no {world.leave_out} itself; give the dataset with all")
    sink = type(dataset.exporter)(str(target), ids=dataset.exporter.ids)
    summary = generate(
        replace(world, leave_out=without),
        [sink],
        workers=workers,
        force=force,
        command=command,
        labels=dataset.run["labels"],
        on_progress=on_progress,
    )
    weeks = int(dataset.run.get("moved", {}).get("weeks", 0))
    if weeks:
        move(target, weeks)
    return summary
