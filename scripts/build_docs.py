"""Write the pages of `docs/` that are made from the code; with --check, only say what differs."""

from __future__ import annotations

import sys
from pathlib import Path

from graphgen.pages import PAGES

DOCS = Path(__file__).resolve().parent.parent / "docs"


def main(arguments: list[str]) -> int:
    """Write each page that differs; with --check, write nothing, and give 1 if one does."""
    checking = arguments == ["--check"]
    stale = []
    for name, page in PAGES.items():
        path, text = DOCS / name, page()
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not checking:
                path.write_text(text, encoding="utf-8")
    said = "differs from the code; run scripts/build_docs.py" if checking else "written"
    for name in stale:
        print(f"docs/{name}: {said}")
    return int(checking and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
