"""Finding patterns, exporters, walks and regions by name.

What is in the folder is there: the file's name is its name. Other packages add theirs by entry
points of the groups `graphgen.patterns`, `graphgen.exporters` and `graphgen.walks`. A file is
imported when it is first asked for.
"""

from __future__ import annotations

import inspect
import pkgutil
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from types import ModuleType
from typing import Any

__all__ = ["EXPORTERS", "PATTERNS", "WALKS", "Registry", "UnknownNameError", "region_names"]


class UnknownNameError(ValueError):
    """No such thing by that name; the message says what there is."""

    def __init__(self, what: str, name: str, there_is: list[str]) -> None:
        near = get_close_matches(name, there_is, 1)
        hint = f"did you mean {near[0]}? " if near else ""
        super().__init__(f"no {what} called {name!r}; {hint}there is: {', '.join(there_is)}")


@dataclass(frozen=True)
class Registry:
    """The things of one kind, by name."""

    what: str
    group: str
    """A package, whose modules are the things, and the group of entry points for more."""

    def names(self) -> list[str]:
        """Name all there is, in order."""
        return sorted({*_modules(self.group), *_entry_points(self.group)})

    def module(self, name: str) -> ModuleType:
        """Import the file of that name; `UnknownNameError` if there is none."""
        if name in _modules(self.group):
            return import_module(f"{self.group}.{name}")
        if name in _entry_points(self.group):
            return import_module(_entry_points(self.group)[name].module)
        raise UnknownNameError(self.what, name, self.names())

    def load(self, name: str, kind: type) -> Any:  # noqa: ANN401 - a subclass of `kind`
        """Give the one public class of that file that is a `kind`."""
        module = self.module(name)
        found = [
            value
            for value in vars(module).values()
            if inspect.isclass(value)
            and issubclass(value, kind)
            and value.__module__ == module.__name__
            and not value.__name__.startswith("_")
        ]
        if len(found) != 1:
            raise TypeError(f"{self.what} {name}: {len(found)} classes of {kind.__name__}; one")
        return found[0]


@cache
def _modules(package: str) -> tuple[str, ...]:
    path = import_module(package).__path__
    return tuple(m.name for m in pkgutil.iter_modules(path) if not m.name.startswith("_"))


@cache
def _entry_points(group: str) -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=group)}


PATTERNS = Registry("pattern", "graphgen.patterns")
EXPORTERS = Registry("exporter", "graphgen.exporters")
WALKS = Registry("walk", "graphgen.walks")


def region_names() -> list[str]:
    """Name the regions: the folders of `graphgen/regions/` that hold a `region.toml`."""
    folder = files("graphgen.regions")
    return sorted(e.name for e in folder.iterdir() if e.joinpath("region.toml").is_file())
