"""Plain CSV files, and a script that a server reads them by: all that it takes is a browser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from graphgen.neo4j.constraints import constraints, indexes
from graphgen.neo4j.element import Node
from graphgen.neo4j.projection import Projection
from graphgen.neo4j.step import Step, plan

__all__ = ["CsvFiles"]

_ROWS = 3_000_000
"""Events whose rows are in one file, about."""
_BATCH = 10_000
"""Rows that one transaction of the server makes."""
_HEAD = """// Load this graph: nodes, then relationships
//
// $from says where the files are: file:/// is the folder `import` of a server of your own, an
// address as https://host/folder/ is read from anywhere, also by Aura. In cypher-shell leave out
// every `:auto`, which the Browser needs. Run it in an empty database; run twice it fails.
"""


@dataclass
class CsvFiles:
    """Writes a projection into a folder."""

    projection: Projection
    folder: Path
    rows: Counter[str] = field(default_factory=Counter)
    """How many rows of each kind have been written."""
    _statements: list[str] = field(default_factory=list)

    def write(self, tell: Callable[[int, int, int], None] = lambda *_: None) -> None:
        """Write all there is; `tell` hears how many steps of how many are done, and the rows."""
        model = self.projection.model
        every = plan(self.projection, model, _ROWS)
        shown = None
        for number, step in enumerate(every, 1):
            if step.days is not None and step.days != shown:
                self.projection.show(step.days)
                shown = step.days
            element = step.element
            labels = element.seconds if isinstance(element, Node) else ()
            for second in (*labels, None):
                self._file(replace(step, text=True), second)
            tell(number, len(every), self.rows.total())
        lines = [*constraints(model, "community"), *indexes(), "CALL db.awaitIndexes(600)"]
        script = "".join(f"{line};\n" for line in [*lines, *self._statements])
        place = ":param from => 'file:///';\n"
        (self.folder / "load.cypher").write_text(_HEAD + place + script, "utf-8")

    def _file(self, step: Step, second: str | None) -> None:
        """Write the rows of a step that have a second label, and the statement that reads them."""
        days = "" if step.days is None else f"_{step.days.start:04d}"
        name = f"{step.element.stem}{f'_{second}' if second else ''}{days}.csv"
        query = f"SELECT * EXCLUDE (_place, _second) FROM ({step.query(self.projection)})"
        query += " WHERE _second " + (f"= '{second}'" if second else "IS NULL")
        path = str(self.folder / name).replace("'", "''")
        copy = f"COPY ({query}) TO '{path}' (FORMAT csv, HEADER false)"
        ((count,),) = self.projection.connection.sql(copy).fetchall()
        if not count:
            (self.folder / name).unlink()
            return
        self.rows[step.element.name] += count
        text = step.statement(second, merge=False)
        inner = "".join(f"  {line}\n" for line in text.splitlines())
        self._statements.append(
            f":auto LOAD CSV FROM $from + '{name}' AS r\n"
            f"CALL (r) {{\n{inner}}} IN TRANSACTIONS OF {_BATCH} ROWS"
        )
