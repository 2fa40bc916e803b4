"""Texts: the pieces that a dataset has, what a model is told of them, and what it may answer."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphgen.rewrite.facts import Facts
from graphgen.rng import stream

if TYPE_CHECKING:
    import numpy as np

    from graphgen.dataset import Dataset

__all__ = ["COLUMNS", "Piece", "Text", "Unusable", "messages", "pieces", "tables", "usable"]

COLUMNS = ("title", "content")
"""What a model may write; all else of a row stays."""
_LENGTHS = {"title": (8, 160), "content": (50, 1500)}
"""Characters, at least and at most; the grammar's own have 20 to 80 and 90 to 500."""
_MARKUP = re.compile(r"https?:|www\.|[\w.]@\w|[<>{}\[\]|`*#\\^~]|^[=+@-]")
_REFUSES = re.compile(
    r"\bas an ai\b|\b(?:ai|language) model\b|\bi(?:'m| am) (?:sorry|unable|not able)\b"
    r"|\bi (?:cannot|can't|can not|won't|must decline)\b|\bopenai\b|\bmy guidelines\b",
    re.IGNORECASE,
)
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"\A```(?:json)?\s*(.*?)\s*```\Z", re.DOTALL)
_STYLES = (
    "as a news wire would, in short plain sentences",
    "as a business daily would, with a little background",
    "beginning with what people in the market make of it",
    "beginning with what happens next",
    "in one flowing paragraph",
    "soberly, as if for a cautious reader",
    "briskly, as if read out on the radio",
    "with the most important figure first",
)
_TASK = """You edit financial news of an invented market. You get one piece as JSON. Write its \
title and its content anew in words of your own, in the language of the piece, {style}. It must \
say the same: each entry of "keep_in_title" stands in your title, and each of "keep_in_content" \
in your content, letter by letter. What went up went up, what went down went down. Add no other \
number (neither in digits nor in words), date, name, ticker or quotation, no link and no markup. A \
title has at most {title} characters, a content at most {content}. Answer with one JSON object, \
{{"title": "...", "content": "..."}}, and nothing else."""


@dataclass(frozen=True)
class Text:
    """What can be read of a piece."""

    title: str
    content: str


@dataclass(frozen=True)
class Piece:
    """A row of a table of texts."""

    table: str
    id: int
    topic: str
    text: Text

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from all others."""
        return self.table, self.id


class Unusable(ValueError):  # noqa: N818 - as in "an unusable answer"
    """Why an answer cannot be used, in words for the model that gave it; `kind` for people."""

    def __init__(self, kind: str, said: str = "") -> None:
        super().__init__(said or kind)
        self.kind = kind


def tables(dataset: Dataset) -> list[str]:
    """Name the tables whose rows are texts."""
    return [
        name for name in dataset.tables() if {"topic", *COLUMNS} <= set(dataset.schema(name).names)
    ]


def pieces(dataset: Dataset) -> Iterator[Piece]:
    """Yield every piece, table by table in order of time."""
    for name in tables(dataset):
        for part in dataset.scan(name):
            rows = part.select([f"{name}_id", "topic", *COLUMNS]).to_pydict()
            for key, topic, title, content in zip(*rows.values(), strict=True):
                yield Piece(name, key, topic, Text(title, content))


def messages(piece: Piece, facts: Facts, seed: int, last: Unusable | None) -> list[dict[str, str]]:
    """Ask for a piece in other words; `last` is what was wrong with the last answer.

    Labels and truth are not in it: what the model cannot know, it cannot give away.
    """
    rng: np.random.Generator = stream(seed, "rewrite", "style", piece.table, piece.id)
    style = _STYLES[int(rng.integers(len(_STYLES)))]
    told = {
        "kind": f"{piece.table}, {piece.topic}",
        "title": piece.text.title,
        "content": piece.text.content,
        "keep_in_title": sorted(facts.told(piece.text.title)),
        "keep_in_content": sorted(facts.told(piece.text.content)),
    }
    most = {name: highest for name, (_, highest) in _LENGTHS.items()}
    asked = [
        {"role": "system", "content": _TASK.format(style=style, **most)},
        {"role": "user", "content": json.dumps(told, ensure_ascii=False)},
    ]
    if last is not None:
        asked[1]["content"] += f"\n\nYour last answer could not be used: {last}."
    return asked


def usable(answer: str, piece: Piece, facts: Facts) -> Text:
    """Give the text that an answer holds, as one that can be printed; `Unusable` for all others."""
    found = {name: _line(value, name) for name, value in _parsed(answer).items()}
    known = facts.told(piece.text.title) | facts.told(piece.text.content)
    for name, line in found.items():
        missing = facts.told(getattr(piece.text, name)) - facts.told(line)
        if missing:
            raise Unusable("a fact is missing", f"the {name} must have {_listed(missing)}")
        added = facts.new(line, known)
        if added:
            raise Unusable("a fact is invented", f"the {name} must not have {_listed(added)}")
    return Text(**found)


def _parsed(answer: str) -> Mapping[str, str]:
    body = _THOUGHT.sub("", answer).strip()
    fenced = _FENCE.match(body)
    try:
        found = json.loads(fenced[1] if fenced else body)
        values = {name: found[name] for name in COLUMNS}
    except (ValueError, TypeError, LookupError, RecursionError):
        if _REFUSES.search(body):
            raise Unusable("it was a refusal", "it was none, but words about it") from None
        raise Unusable("it was not in the form asked for") from None
    if not all(isinstance(value, str) for value in values.values()):
        raise Unusable("it was not in the form asked for")
    return values


def _line(value: str, name: str) -> str:
    """Give a text as one line of characters that all can be seen."""
    line = " ".join(unicodedata.normalize("NFC", value).split())
    lowest, highest = _LENGTHS[name]
    if not line:
        raise Unusable("it was empty", f"the {name} was empty")
    if not lowest <= len(line) <= highest:
        raise Unusable(
            "it was too short or too long",
            f"the {name} had {len(line):,} characters, not {lowest} to {highest:,}",
        )
    if any(_is_odd(character) for character in line):
        raise Unusable("it had strange characters", f"the {name} had strange characters")
    if _MARKUP.search(line):
        raise Unusable("it had markup or links", f"the {name} had markup or a link")
    if _REFUSES.search(line):
        raise Unusable("it was a refusal", "it was none, but words about it")
    return line


def _is_odd(character: str) -> bool:
    """Tell what cannot be seen (controls, directions, unknown letters), and numbers in disguise."""
    category = unicodedata.category(character)
    return category[0] == "C" or category in ("Nl", "No")


def _listed(facts: frozenset[str]) -> str:
    return ", ".join(f'"{fact}"' for fact in sorted(facts))
