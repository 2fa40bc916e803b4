"""Files of queries that tell of themselves in a comment at their top."""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["headed"]


def headed(text: str, headings: Collection[str]) -> tuple[str, dict[str, str], str]:
    """Take a file apart: its title, what it tells by heading, and what follows the comment.

    The comment is of lines that begin with `//`: the title, then headings, each from a line of its
    own and over as many as it needs.
    """
    lines = text.splitlines()
    comment = 0
    while comment < len(lines) and lines[comment].startswith("//"):
        comment += 1
    said = [line.removeprefix("//").strip() for line in lines[:comment]]
    about: dict[str, str] = {}
    heading = ""
    for line in said[1:]:
        start, colon, rest = line.partition(": ")
        if colon and start in headings:
            heading = start
            about[heading] = rest
        elif heading:
            about[heading] += f" {line}"
    return (said[0] if said else ""), about, "\n".join(lines[comment:])
