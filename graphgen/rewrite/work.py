"""Work: which pieces are asked for, which are paid for already, and what became of all of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from graphgen.dataset import Dataset
from graphgen.generate import Interrupted
from graphgen.rewrite.asking import Asking, Seen
from graphgen.rewrite.chat import Chat
from graphgen.rewrite.endpoint import ChatError
from graphgen.rewrite.facts import Facts
from graphgen.rewrite.place import place
from graphgen.rewrite.record import NAME, Line, Record
from graphgen.rewrite.texts import Piece, Text, Unusable, pieces, tables, usable

__all__ = ["Progress", "Summary", "Work"]


@dataclass(frozen=True)
class Progress:
    """How far it is."""

    stage: Literal["asking", "placing"]
    done: int
    """Pieces that were asked for, or files."""
    total: int
    kept: int
    """Pieces that keep the grammar's words, since no answer could be used."""


@dataclass(frozen=True)
class Summary:
    """What became of a dataset's pieces."""

    pieces: int
    """How many there are."""
    by: Mapping[str, int]
    """How many of them each model wrote, this time or before."""
    written: int
    """How many were written this time, for money."""
    recalled: int
    """How many were put in this time that had been paid for before."""
    kept: Mapping[str, int]
    """How many keep the grammar's words, by what was wrong with the last answer."""
    left: int
    """How many were not asked for, by a limit."""
    requests: int
    prompt_tokens: int
    completion_tokens: int
    """What was read and written for it, if the endpoint counts that."""


class Work:
    """The pieces of a dataset, and what became of them."""

    def __init__(
        self, dataset: Dataset, record: Record, chat: Chat, tell: Callable[[Progress], None]
    ) -> None:
        self.dataset, self.record, self.chat, self.tell = dataset, record, chat, tell
        self.facts = Facts.of(dataset)
        self.pieces = list(pieces(dataset))
        self.there: dict[tuple[str, int], Line] = {}
        """Lines of pieces that say already what a model wrote."""
        self.new: dict[tuple[str, int], Line] = {}
        """Lines of pieces that are about to."""
        self.recalled = self.left = 0

    def ask(self, concurrency: int, tries: int, limit: int | None) -> Asking:
        """Ask for the pieces that nobody has been paid for, within the limit."""
        todo = self._sorted()
        some = todo[:limit]
        self.left = len(todo) - len(some)

        def written(piece: Piece, text: Text) -> None:
            line = Line(piece.table, piece.id, self.chat.model, piece.text, text)
            self.record.add(line)
            self.new[piece.key] = line

        def told() -> None:
            done, kept = asking.done, asking.kept.total()
            self.tell(Progress("asking", done, len(some), kept))

        seed = int(self.dataset.run["seed"])
        asking = Asking(
            self.chat, self.facts, self.seen, seed, tries=tries, written=written, told=told
        )
        try:
            told()
            asking.ask(some, concurrency)
            self._check_use(asking)
        except ChatError as error:
            raise ChatError(f"{error}{self._kept_for_later()}") from None
        except KeyboardInterrupt:
            raise Interrupted(
                f"{self.dataset.path}: stopped after {asking.done} of {len(some)} pieces; the "
                f"dataset is as it was{self._kept_for_later()}"
            ) from None
        return asking

    def place(self) -> None:
        """Put what is new into the dataset."""
        if not self.new:
            return
        lines = {**self.there, **self.new}
        by = dict(sorted(Counter(line.model for line in lines.values()).items()))
        files, done = len(tables(self.dataset)) * self.dataset.run["days"], 0

        def told() -> None:
            nonlocal done
            done += 1
            self.tell(Progress("placing", done, files, 0))

        ordered = (lines[piece.key] for piece in self.pieces if piece.key in lines)
        place(
            self.dataset,
            {key: line.now for key, line in self.new.items()},
            {"by": by, "pieces": len(self.pieces), "file": NAME},
            {NAME: "".join(self.record.text(ordered))},
            told,
        )

    def summary(self, asking: Asking) -> Summary:
        """Say what became of the pieces."""
        by = Counter(line.model for line in {**self.there, **self.new}.values())
        return Summary(
            len(self.pieces),
            dict(sorted(by.items())),
            len(self.new) - self.recalled,
            self.recalled,
            dict(asking.kept.most_common()),
            self.left,
            self.chat.requests,
            *asking.tokens,
        )

    def _sorted(self) -> list[Piece]:
        """Tell the pieces that are done, or paid for, from those that are to be asked for."""
        found = [(piece, self.record.of(piece)) for piece in self.pieces]
        self.there = {piece.key: line for piece, line in found if line and piece.text == line.now}
        self.seen = Seen((piece.text for piece in self.pieces), self.facts)
        todo = []
        for piece, line in found:
            if piece.key in self.there:
                continue
            if line and line.model == self.chat.model and self._is_usable(piece, line):
                self.seen.add(line.now)
                self.new[piece.key] = line
                self.recalled += 1
            else:
                todo.append(piece)
        return todo

    def _check_use(self, asking: Asking) -> None:
        if asking.kept and not (self.new or self.there):
            raise ChatError(asking.hopeless())

    def _is_usable(self, piece: Piece, line: Line) -> bool:
        """Look at a recalled text as at an answer: anybody may have written the file."""
        try:
            text = usable(json.dumps(asdict(line.now)), piece, self.facts)
            self.seen.check(text, piece.text)
        except Unusable:
            return False
        return text == line.now

    def _kept_for_later(self) -> str:
        if not self.new:
            return ""
        return f"; what {len(self.new)} pieces were paid for is kept, and the same command goes on"
