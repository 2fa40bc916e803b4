"""Pages of `docs/` with a section for each of several worlds, of which one can be written anew."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

__all__ = ["ROOT", "run", "write_page"]

ROOT = Path(__file__).resolve().parent.parent


def write_page(
    path: Path,
    lead: str,
    titles: Mapping[str, str],
    arguments: Sequence[str],
    section: Callable[[str], Iterable[str]],
) -> int:
    """Write the sections of the worlds that are asked for by name, all of them if none is.

    The page is written after each; those of other worlds stay as they are. `--page` asks for none:
    what stands before the sections (`lead`) is written anew. Gives 2, and says so, for a name that
    there is not.
    """
    strange = [name for name in arguments if name not in (*titles, "--page")]
    if strange:
        print(f"no world called {strange[0]!r}; there is: {', '.join(titles)}, or --page for none")
        return 2
    there = path.read_text("utf-8").split("\n## ")[1:] if path.exists() else []
    parts = {each.partition("\n")[0]: f"## {each}".rstrip() for each in there}

    def write() -> None:
        some = [parts[title] + "\n" for title in titles.values() if title in parts]
        path.write_text("\n".join([lead, *some]), encoding="utf-8")

    for name in [] if "--page" in arguments else arguments or titles:
        lines = [f"## {titles[name]}", "", *section(name)]
        parts[titles[name]] = "\n".join(lines).rstrip()
        write()
    write()
    return 0


def run(*words: str, folder: Path = ROOT) -> str:
    """Run Python in a folder, and give what it prints; what it says goes on to stderr."""
    done = subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, *words], check=True, cwd=folder, stdout=subprocess.PIPE, text=True
    )
    return done.stdout
