"""What a dataset says of itself: run.json, by which it can be made again, and README.md."""

from __future__ import annotations

import json
import platform
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from graphgen.exporter import FileExporter, IdForm
from graphgen.stage import Staged

__all__ = [
    "FORMAT",
    "Labels",
    "Run",
    "exporter_name",
    "id_form",
    "read_run",
    "readme",
    "run_json",
    "run_of",
]

FORMAT = 1
"""The version of the layout of a dataset; another one cannot be read."""

Labels = Literal["apart", "inline"]
"""Whether events carry their labels themselves (`graphgen.publish.inlined`)."""

_LIBRARIES = ("numpy", "pyarrow", "numba")


@dataclass(frozen=True)
class Run:
    """What the caller knows of a run before it begins."""

    world: Mapping[str, Any]
    """The resolved world, as a world file says it (JSON types only)."""
    seed: int
    start: date
    """The date of day 0."""
    days: int
    command: str
    """What was typed; the only part that may differ between two runs of one world."""
    labels: Labels = "apart"


def run_json(
    run: Run, exporter: FileExporter, files: Iterable[Staged], *, complete: bool
) -> dict[str, Any]:
    """Give the content of run.json. It holds no moment of the run, and no path of the machine."""
    files = sorted(files, key=lambda file: file.path)
    rows: Counter[str] = Counter()
    for file in files:
        rows[file.table] += file.rows
    return {
        "format": FORMAT,
        "graphgen": version("graphgen"),
        "complete": complete,
        "command": run.command,
        "exporter": exporter_name(exporter),
        "ids": exporter.ids,
        "labels": run.labels,
        "seed": run.seed,
        "start": run.start.isoformat(),
        "days": run.days,
        "world": dict(run.world),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in _LIBRARIES},
            "machine": platform.machine(),
        },
        "tables": dict(sorted(rows.items())),
        "files": {
            file.path: {"rows": file.rows, "bytes": file.bytes, "sha256": file.sha256}
            for file in files
        },
    }


def exporter_name(exporter: FileExporter) -> str:
    """Give the name that an exporter is registered by: that of its module."""
    return type(exporter).__module__.rpartition(".")[2]


def read_run(folder: Path) -> dict[str, Any] | None:
    """Read a folder's run.json; none if it has none, or none of graphgen's.

    `OSError` for one that is there and cannot be read.
    """
    try:
        content = json.loads((folder / "run.json").read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):
        return None
    ours = isinstance(content, dict) and {"graphgen", "complete", "files"} <= content.keys()
    return content if ours else None


def run_of(content: Mapping[str, Any]) -> Run:
    """Give back the run that a run.json tells of."""
    return Run(
        world=content["world"],
        seed=content["seed"],
        start=date.fromisoformat(content["start"]),
        days=content["days"],
        command=content["command"],
        labels=content["labels"],
    )


def id_form(content: Mapping[str, Any]) -> IdForm:
    """Give the form of ids that a run.json tells of."""
    return "text" if content["ids"] == "text" else "int"


def readme(content: Mapping[str, Any]) -> str:
    """Give the README of a dataset that is complete: what is in it, and how to read it."""
    tables = "\n".join(f"| `{name}` | {rows:,} |" for name, rows in content["tables"].items())
    reader = {"parquet": "read_parquet", "csv": "read_csv", "jsonl": "read_json"}
    suffix = "." + content["exporter"]
    call = reader.get(content["exporter"], "read_text")
    glob = f"events/payment/*/*{suffix}"
    rewritten, but = _rewritten(content.get("texts"))
    moved, later = _moved(content.get("moved"))
    return f"""# A financial world, grown by graphgen {content["graphgen"]}

Invented people, accounts and payments from seed {content["seed"]}: {content["days"]} days from
{content["start"]} on, UTC. No person, firm or account in it is real.

| table | rows |
|---|---|
{tables}

* `nodes/` who and what there is, `edges/` how they hang together, `events/` what happened, by day.
* `truth/` what was planted and which event belongs to it. Nothing outside of it tells; keep it
  away from whatever is to be tested.
* Money is whole minor units (cents), time is UTC with milliseconds.
* `run.json` holds the world, the seed, the versions, and each file's rows and digest.
{moved}{rewritten}
In Python:

```python
from graphgen import Dataset

world = Dataset(".")
payments = world["payment"].to_pandas()
world.sql("SELECT rail, count(*) FROM payment GROUP BY rail")
```

In DuckDB: `SELECT * FROM {call}('{glob}')`; `graphgen verify .` proves that it adds up.

It was made by

    {content["command"]}

and the same command makes the same files{but}, byte by byte, with the versions in
`run.json`{later}.
"""  # noqa: S608 - a query to read, none to run


def _moved(moved: Mapping[str, Any] | None) -> tuple[str, str]:
    """Say by how much all times were moved, if they were: a line of the list, and how to do so."""
    if moved is None:
        return "", ""
    weeks = f"{moved['weeks']:,} weeks"
    line = (
        f"* Every time was moved by {weeks}: it was made from {moved['from']} on, and holidays,\n"
        "  changes of clocks and days of the month are as they were then.\n"
    )
    return line, f", and `graphgen shift` moves them by {weeks}"


def _rewritten(texts: Mapping[str, Any] | None) -> tuple[str, str]:
    """Say who wrote the texts, if a model did: a line of the list, and what differs by it."""
    if texts is None:
        return "", ""
    written = ", ".join(f"{model} ({count:,})" for model, count in texts["by"].items())
    line = (
        f"* Titles and texts of {sum(texts['by'].values()):,} of {texts['pieces']:,} pieces of news"
        f" and reports are a\n  language model's: {written}. `{texts['file']}` has what the grammar"
        " wrote. All else is as it\n  was made.\n"
    )
    return line, " but for a model's texts"
