"""Fill pages: outputs of commands, pattern files, the benchmark's line.

With --check it writes nothing, and only says what differs. What a command prints is taken as it is,
but for how long it took.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "CONTRIBUTING.md", "docs/learning.md")
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
PATTERN = re.compile(r"<!-- pattern: (\S+) -->\n(?:\n<details>.*?</details>\n)?", re.DOTALL)
BENCHMARK = re.compile(r"<!-- benchmark: (\S+) -->\n(?:\n[^<\[]*?\n)?(?=\n\[All)", re.DOTALL)


def filled(text: str) -> str:
    """Give a page with everything in it that is made from the repository."""
    with tempfile.TemporaryDirectory() as folder:
        text = CONSOLE.sub(lambda found: _played(found[1], Path(folder)), text)
    text = PATTERN.sub(lambda found: _pattern(found[1]), text)
    return BENCHMARK.sub(lambda found: _benchmark(found[1]), text)


def _played(session: str, folder: Path) -> str:
    """Type a session's commands, and give it with what they print at 80 columns."""
    said = []
    here = Path(sys.executable).parent
    plain = os.environ | {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    plain["PATH"] = f"{here}{os.pathsep}{os.environ['PATH']}"
    for line in session.splitlines():
        if line.startswith("$ "):
            done = subprocess.run(  # noqa: S602 - the README's own commands, pipes and all
                f"{line[2:]} 2>&1",
                shell=True,
                cwd=folder,
                env=plain,
                capture_output=True,
                text=True,
                check=False,
            )
            said += [line, *(row.rstrip() for row in done.stdout.splitlines())]
    return "```console\n" + "\n".join(said) + "\n```"


def _pattern(name: str) -> str:
    code = (ROOT / name).read_text("utf-8")
    return (
        f"<!-- pattern: {name} -->\n\n<details>\n<summary>{name}</summary>\n\n"
        f"```python\n{code}```\n\n</details>\n"
    )


def _benchmark(name: str) -> str:
    """Give the line of the benchmark's page that says the most in the fewest words."""
    page = (ROOT / name).read_text("utf-8")
    line = next(line for line in page.splitlines() if line.startswith("In short: "))
    return f"<!-- benchmark: {name} -->\n\n{line.removeprefix('In short: ')}\n"


def main(arguments: list[str]) -> int:
    """Write each page that differs; with --check, write nothing, and give 1 if one does."""
    checking = arguments == ["--check"]
    stale = []
    for name in PAGES:
        path = ROOT / name
        now = path.read_text("utf-8")
        text = filled(now)
        if text != now:
            stale.append(name)
            if not checking:
                path.write_text(text, "utf-8")
    for name in stale:
        print(f"{name}: {'differs; run scripts/build_readme.py' if checking else 'written'}")
    return int(checking and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
