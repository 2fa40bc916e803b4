"""Asking: pieces go to a model, a few at a time, and come back usable or stay as they were."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from graphgen.rewrite.chat import Chat
from graphgen.rewrite.endpoint import ChatError
from graphgen.rewrite.facts import Facts
from graphgen.rewrite.reply import Answer
from graphgen.rewrite.texts import Piece, Text, Unusable, messages, usable
from graphgen.rng import stream

__all__ = ["Asking", "Seen"]

_HOPELESS = 10
"""A model none of whose first so many pieces can be used is not paid for more; our assumption."""


class Seen:
    """What has been said before: no two pieces are alike."""

    def __init__(self, texts: Iterable[Text], facts: Facts) -> None:
        self._facts = facts
        self._titles: Counter[str] = Counter()
        self._wordings: set[str] = set()
        for text in texts:
            self.add(text)

    def add(self, text: Text) -> None:
        """Remember a text."""
        self._titles[text.title.casefold()] += 1
        self._wordings.add(self._facts.wording(text.content))

    def check(self, text: Text, was: Text) -> None:
        """Raise `Unusable` for a title that another piece has, or a text that says nothing new."""
        title = text.title.casefold()
        if self._titles[title] > (title == was.title.casefold()):
            raise Unusable("it was like another", "another piece has the same title")
        if self._facts.wording(text.content) in self._wordings:
            raise Unusable("it was like another", "another piece has the same words")


@dataclass(frozen=True)
class _Try:
    """A piece that is asked for."""

    piece: Piece
    number: int = 0
    last: Unusable | None = None


class Asking:
    """Asks for pieces; `written` is told of each that came back, and `told` after each step.

    All but the requests happens in one thread, which no Ctrl-C interrupts: an answer is taken
    whole or not at all.
    """

    def __init__(
        self,
        chat: Chat,
        facts: Facts,
        seen: Seen,
        seed: int,
        *,
        tries: int,
        written: Callable[[Piece, Text], None],
        told: Callable[[], None],
    ) -> None:
        self.chat, self.facts, self.seen, self.seed = chat, facts, seen, seed
        self.tries, self.written, self.told = tries, written, told
        self.kept: Counter[str] = Counter()
        """Pieces that keep the grammar's words, by what was wrong with the last answer."""
        self.done = 0
        self.tokens = (0, 0)
        self._running: dict[Future[Answer], _Try] = {}

    def ask(self, some: Iterable[Piece], concurrency: int) -> None:
        """Ask for all of these, at most so many at once.

        `ChatError` if the endpoint cannot be asked, or not on. What had been asked for until then,
        or until Ctrl-C, is waited for: it is paid for.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="graphgen-rewrite") as taking:
            try:
                taking.submit(self._ask, some, concurrency).result()
            except BaseException:
                self.chat.stop()
                raise

    def _ask(self, some: Iterable[Piece], concurrency: int) -> None:
        waiting = deque(map(_Try, some))
        pool = ThreadPoolExecutor(concurrency, thread_name_prefix="graphgen-rewrite")
        try:
            while waiting or self._running:
                # the first answer says whether there will be any
                most = concurrency if self.chat.heard else 1
                while waiting and len(self._running) < most:
                    self._begin(pool, waiting.popleft())
                for again in self._ended():
                    waiting.appendleft(again)
        except BaseException:
            self.chat.stop()
            self._last_words()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _begin(self, pool: ThreadPoolExecutor, one: _Try) -> None:
        asked = messages(one.piece, self.facts, self.seed, one.last)
        rng = stream(self.seed, "rewrite", "pause", *one.piece.key, one.number)
        self._running[pool.submit(self.chat.answer, asked, rng)] = one

    def _ended(self) -> list[_Try]:
        """Wait until something has come back; give what must be asked for again."""
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        again = []
        for future in sorted(done, key=list(self._running).index):
            wrong = self._judge(future)
            one = self._running.pop(future)
            if wrong is not None and one.number + 1 < self.tries:
                again.append(_Try(one.piece, one.number + 1, wrong))
            else:
                self._count(wrong)
        return again

    def _count(self, wrong: Unusable | None) -> None:
        self.done += 1
        if wrong is not None:
            self.kept[wrong.kind] += 1
        self.told()
        if self.done == self.kept.total() == _HOPELESS:
            raise ChatError(self.hopeless())

    def hopeless(self) -> str:
        """Say that no answer of the model could be used."""
        [(why, _)] = self.kept.most_common(1)
        pieces = f"{self.done} pieces" if self.done > 1 else "a piece"
        return f"{self.chat.model}: no answer could be used, of {pieces} asked for; mostly, {why}"

    def _judge(self, future: Future[Answer]) -> Unusable | None:
        """Take an answer, or say what is wrong with it."""
        answer, piece = future.result(), self._running[future].piece
        self.tokens = (self.tokens[0] + answer.tokens[0], self.tokens[1] + answer.tokens[1])
        if answer.wrong:
            return Unusable(answer.wrong)
        try:
            text = usable(answer.text, piece, self.facts)
            self.seen.check(text, piece.text)
        except Unusable as wrong:
            return wrong
        self.seen.add(text)
        self.written(piece, text)
        return None

    def _last_words(self) -> None:
        """Take what is still under way."""
        wait(self._running)
        for future in self._running:
            if not future.cancelled() and future.exception() is None:
                self.done += self._judge(future) is None
        self._running.clear()
