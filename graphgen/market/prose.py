"""Prose: texts from rules, each different from the last."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Prose"]

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_RULE = re.compile(r"\{(\w+)\}")
_FACT = re.compile(r"<(\w+)>")
_SPACES = re.compile(r"\s+")
_DEEP = 20


class Prose:
    """A grammar: rules of sentences that name other rules `{so}`, choices `[one|other]`, `<facts>`.

    Choices may stand inside choices; what a fact says is never read as grammar.
    """

    def __init__(self, rules: Mapping[str, Sequence[str]]) -> None:
        self.rules = rules

    def write(self, rng: np.random.Generator, rule: str, facts: Mapping[str, str]) -> str:
        """Write one text by a rule. `KeyError` for a rule, or a fact, that there is not."""
        text = f"{{{rule}}}"
        for _ in range(_DEEP):
            if not _RULE.search(text):
                break
            text = _RULE.sub(lambda found: self._one(rng, self.rules[found[1]]), text)
        text = _FACT.sub(lambda found: facts[found[1]], _chosen(rng, text))
        return _sentences(_SPACES.sub(" ", text).strip())

    def _one(self, rng: np.random.Generator, sentences: Sequence[str]) -> str:
        return _chosen(rng, sentences[int(rng.integers(len(sentences)))])


def _chosen(rng: np.random.Generator, text: str) -> str:
    while _CHOICE.search(text):
        text = _CHOICE.sub(lambda found: _pick(rng, found[1].split("|")), text)
    return text


def _pick(rng: np.random.Generator, some: list[str]) -> str:
    return some[int(rng.integers(len(some)))]


def _sentences(text: str) -> str:
    """Begin every sentence with a capital."""
    return re.sub(r"(^|[.!?] )([a-z])", lambda found: found[1] + found[2].upper(), text)
