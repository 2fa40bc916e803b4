"""The command that moves a dataset, or what a store holds of it, in time."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import typer

from graphgen import options
from graphgen.cli.app import app
from graphgen.cli.heed import heeding
from graphgen.cli.sink_options import LoadCommand, given

__all__ = ["shift"]


@app.command(cls=LoadCommand)
def shift(
    context: typer.Context,
    *,
    what: options.Moved,
    end: options.MovedTo,
    dataset: options.LoadedFrom = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> None:
    """Move every time by one whole number of weeks, to end by a day.

    Weekdays and hours stay true, and so do order and gaps; holidays and clocks do not. A second
    time does nothing more. A store is moved by loading it again, from the dataset given with
    --dataset, which is moved itself.
    """
    from graphgen import request, terminal
    from graphgen.generate import Progress
    from graphgen.generate import load as run
    from graphgen.moving import shift as move

    day = request.day("end", end)
    sink = request.moved_store(what, dataset, given(context), force=force)
    folder = Path(what) if sink is None or dataset is None else dataset
    with terminal.show_progress(quiet=quiet) as show, heeding(show) as tell:
        moved = move(folder, day, lambda *told: tell(Progress("moving", *told)))
    rows = None
    if sink is not None:
        with terminal.show_progress(quiet=quiet) as show, heeding(show) as tell:
            rows = run(folder, request.wiping(sink, moved.weeks), force=force, on_progress=tell)
    if json:
        told = {**asdict(moved), "start": str(moved.start), "end": str(moved.end)}
        terminal.show_json(told if rows is None else {**told, "rows": dict(rows)})
    elif not quiet:
        terminal.show_moved(str(folder), moved)
        if rows is not None:
            typer.echo(
                f"loaded again: {what}" if rows else f"nothing to do: all of it is in {what}"
            )
