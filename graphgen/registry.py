"""Finding patterns, exporters, walks and regions by name.

What is in the folder is there: the file's name is its name. Other packages add theirs by entry
points of the groups `graphgen.patterns`, `graphgen.exporters` and `graphgen.walks`. A file is
imported when it is first asked for. What cannot be used is an error where it is asked for by its
name, and left out where all there is is asked for.
"""

from __future__ import annotations

import dataclasses
import inspect
import pkgutil
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

__all__ = [
    "EXPORTERS",
    "PATTERNS",
    "WALKS",
    "BrokenError",
    "Registry",
    "UnknownNameError",
    "region_names",
]


class UnknownNameError(ValueError):
    """No such thing by that name; the message says what there is."""

    def __init__(self, what: str, name: str, there_is: list[str]) -> None:
        near = get_close_matches(name, there_is, 1)
        hint = f"did you mean {near[0]}? " if near else ""
        super().__init__(f"no {what} called {name!r}; {hint}there is: {', '.join(there_is)}")


class BrokenError(ValueError):
    """There is such a thing, but it cannot be used; the message says why."""


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
        """Import the file of that name.

        `UnknownNameError` if there is none, `BrokenError` if it cannot be imported.
        """
        place = self._place(name)
        try:
            return import_module(place)
        except (Exception, SystemExit) as wrong:  # whatever a file does that somebody else wrote
            raise self._cannot_be_imported(name, place, wrong) from wrong

    def beside(self, name: str, suffix: str) -> Path:
        """Say where a file of that name with another suffix lies beside it, there or not.

        The file itself is not imported. Raises what `module` does.
        """
        place = self._place(name)
        try:
            spec = find_spec(place)
        except Exception as wrong:  # of the packages that it is in
            raise self._cannot_be_imported(name, place, wrong) from wrong
        if spec is None or spec.origin is None:
            raise BrokenError(f"{self.what} {name}: there is no module {place}")
        return Path(spec.origin).with_name(f"{name}{suffix}")

    def load(self, name: str, kind: type) -> Any:  # noqa: ANN401 - a subclass of `kind`
        """Give the one public class of that file that is a `kind`, and a whole one.

        Raises what `module` does, and `BrokenError` for no such class, several, or one that lacks
        what a `kind` must have.
        """
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
            names = f" ({', '.join(each.__name__ for each in found)})" if found else ""
            raise BrokenError(
                f"{self.what} {name}: {module.__name__} has {len(found)} public classes of "
                f"{kind.__name__}{names}; one is needed"
            )
        try:
            get_type_hints(found[0], include_extras=True)
        except Exception as wrong:  # whatever stands there
            told = f"the types of {found[0].__name__}'s fields cannot be read: {wrong}"
            raise BrokenError(f"{self.what} {name}: {told}") from wrong
        lacks = _lacks(found[0], kind)
        if lacks:
            raise BrokenError(f"{self.what} {name}: {found[0].__name__} has no {', '.join(lacks)}")
        return found[0]

    def usable(self, kind: type) -> dict[str, Any]:
        """Load all there is, by name, but for what is broken."""
        found = {}
        for name in self.names():
            try:
                found[name] = self.load(name, kind)
            except BrokenError:
                continue
        return found

    def _place(self, name: str) -> str:
        """Say which module it is."""
        if name in _modules(self.group):
            return f"{self.group}.{name}"
        if name not in _entry_points(self.group):
            raise UnknownNameError(self.what, name, self.names())
        place = _entry_points(self.group)[name].module
        if place.rpartition(".")[2] != name:
            raise BrokenError(
                f"{self.what} {name}: its entry point is the module {place}; a file's name is the "
                f"name of what is in it, so it has to be {name}.py"
            )
        return place

    def _cannot_be_imported(self, name: str, place: str, wrong: BaseException) -> BrokenError:
        said = " ".join(str(wrong).split())
        told = f"{place} cannot be imported: {type(wrong).__name__}: {said}"
        return BrokenError(f"{self.what} {name}: {told}")


def _lacks(cls: type, kind: type) -> list[str]:
    """Name what a class must give to be a whole `kind`, and does not."""
    declared = {
        name
        for base in kind.__mro__
        for name, hint in inspect.get_annotations(base).items()
        if str(hint).startswith("ClassVar") and not hasattr(cls, name)
    }
    lacks = sorted({*declared, *getattr(cls, "__abstractmethods__", ())})
    usual = {field.name for field in _fields(kind)}
    return lacks + [
        f"default for {field.name}"
        for field in _fields(cls)
        if field.name not in usual
        and field.init
        and field.default is field.default_factory is dataclasses.MISSING
    ]


def _fields(cls: type) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ()


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
