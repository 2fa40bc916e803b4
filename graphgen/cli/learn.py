"""The command that tries baselines on a dataset."""

from __future__ import annotations

import typer

from graphgen import options
from graphgen.cli.app import app

__all__ = ["baseline"]


@app.command()
def baseline(
    *,
    dataset: options.Written,
    seeds: options.Seeds = 3,
    gnn: options.Gnn = True,
    ablations: options.Ablations = False,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> None:
    """Try rules, gradient boosting and a graph network on a dataset, split by time.

    Needs the extra `ml`, the graph network `gnn` too. Features that are not there are written.
    """
    from graphgen import terminal
    from graphgen.baseline import baseline as run
    from graphgen.baseline.show import show

    def tell(what: str) -> None:
        if not quiet and not json:
            typer.echo(f"{what} ...", err=True)

    found = run(dataset, seeds=seeds, gnn=gnn, ablations=ablations, tell=tell)
    if json:
        terminal.show_json(found.as_dict())
    else:
        show(found)
