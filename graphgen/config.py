"""World files: a world and where it goes, as YAML or as a plain dict, checked key by key.

The keys are the fields of `World`, of `Transfers` and of each pattern, so a new pattern's keys
can be given as soon as its file is there. Everything that is wrong is one line that names the key's
path, the value, and what is allowed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from graphgen.document import nearest, read_text, read_yaml
from graphgen.exporter import Exporter
from graphgen.fields import Field, allowed, fields_of, plain
from graphgen.pattern import Pattern
from graphgen.region import is_region
from graphgen.registry import EXPORTERS, PATTERNS, WALKS, UnknownNameError, region_names
from graphgen.world import FRAUD, TRANSFERS, Fraud, Transfers, World, all_patterns

__all__ = [
    "WorldError",
    "WorldFile",
    "change",
    "json_type",
    "parse_setting",
    "parse_world_file",
    "read_world_file",
    "sink_of",
    "world_from_dict",
    "world_to_dict",
]

_LONGEST = 60
"""How many characters of a wrong value are shown."""
_PATTERN_FORMS = "a mapping of patterns to their keys, a list of patterns, all, or none"


class WorldError(ValueError):
    """What is wrong with a world: the key's path, the value, and what is allowed; one line."""


@dataclass(frozen=True)
class WorldFile:
    """What a world file says: a world, and where it goes."""

    world: World
    to: tuple[str, ...] = ()
    """Sinks, each as EXPORTER:TARGET; a command's own --to comes before it."""


def read_world_file(path: Path) -> WorldFile:
    """Read a world file; `WorldError` or `DocumentError` names the file and what is wrong."""
    return parse_world_file(read_text(path), str(path))


def parse_world_file(text: str, name: str = "world file") -> WorldFile:
    """Read a world file's text; `name` is what errors call it."""
    document = read_yaml(text, name)
    try:
        return _file(document if document is not None else {})
    except ValueError as wrong:
        raise WorldError(f"{name}: {wrong}") from None


def world_from_dict(document: Mapping[str, Any]) -> World:
    """Build a world from plain keys and values; what is left out has its default."""
    world: World = _build(World, document, "")
    if world.days and world.start + timedelta(days=world.days) > date(2200, 1, 1):
        raise WorldError(f"days: {world.days} from {world.start} on end after 2199-12-31")
    return world


def world_to_dict(world: World) -> dict[str, Any]:
    """Give a world's every key and value, ready for JSON; `world_from_dict` reads it back.

    A region of one's own is given by its whole path, so that it is found from anywhere.
    """
    document: dict[str, Any] = plain(world)
    if world.region not in region_names():
        document["region"] = str(Path(world.region).resolve())
    return document


def change(file: WorldFile, settings: Mapping[str, Any]) -> WorldFile:
    """Give the file with some keys set: `{"users": 500, "patterns.kiting.count": 3}`."""
    document = {**world_to_dict(file.world), "to": list(file.to)}
    for path, value in settings.items():
        if path == "fraud" and value == "none":  # the same world without its crimes
            document["leave_out"] = "crimes"
            continue
        # `none` or `finbench` have keys to set next
        short = path in {"patterns", "transfers", "fraud"}
        _set(document, path, plain(_SPECIAL[path](value, path)) if short else value)
    patterns = document["patterns"]
    if isinstance(patterns, dict):
        document["patterns"] = {name: keys for name, keys in patterns.items() if keys is not False}
    changed = _file(document)
    for path in settings:  # what is typed is meant, also where it is the default
        _, _, pattern = path.partition("patterns.")
        name, _, key = pattern.partition(".")
        if key and name in changed.world.patterns:
            _check_lasts(changed.world, name, key)
    return changed


def _check_lasts(world: World, name: str, key: str) -> None:
    try:
        world.patterns[name].check_lasts(key, world)
    except ValueError as wrong:
        raise WorldError(f"patterns.{wrong}") from None


def parse_setting(text: str) -> tuple[str, Any]:
    """Split `a.b=c` into the key's path and the value, which is read as YAML."""
    path, equals, value = text.partition("=")
    if not equals or not all(path.split(".")):
        raise WorldError(f"--set {text}: not KEY=VALUE, as in transfers.in_exponent=2.3")
    return path, read_yaml(value, f"--set {text}")


def check(world: World) -> None:
    """Raise `WorldError` for a value that a world, or a part of it, cannot have."""
    for field in fields_of(World):
        value = getattr(world, field.name)
        if field.name == "patterns":
            for name, pattern in value.items():
                if not isinstance(pattern, Pattern):
                    raise _not(f"patterns.{name}", str(pattern), "a pattern")
        elif field.name != "region":
            _value(field, plain(value), "")


def sink_of(spec: str) -> tuple[str, str]:
    """Split `EXPORTER:TARGET`; `WorldError` if there is no such exporter, or no target.

    In a name `-` is as good as `_`. A URL may stand alone, if it is one of an exporter's; none may
    hold a password, as it would be kept with what was typed.
    """
    scheme, address, rest = spec.partition("://")
    login, at, _ = rest.rpartition("@")
    if address and at and ":" in login:
        user = login.partition(":")[0]
        raise WorldError(f"to: {scheme}://{user}:...: holds a password; leave it out of the URL")
    if address:
        for name, kind in EXPORTERS.usable(Exporter).items():
            if scheme in kind.schemes:
                return name, spec
    typed, _, target = spec.partition(":")
    name = typed.replace("-", "_")
    if name not in EXPORTERS.names():
        raise WorldError(f"to: {UnknownNameError('exporter', name, EXPORTERS.names())}")
    if not target:
        raise WorldError(f"to: {spec!r} has no target; write {typed}:TARGET")
    return name, target


def _file(document: object) -> WorldFile:
    keys = dict(_mapping(document, "", "keys and values"))
    to = _strings(keys.pop("to", ()), "to", "a list of EXPORTER:TARGET")
    _check_keys(keys, [*(field.name for field in fields_of(World)), "to"], "")
    if keys.get("fraud") == "none":
        del keys["fraud"]
        keys["leave_out"] = "crimes"
    for spec in to:
        sink_of(spec)
    return WorldFile(world_from_dict(keys), to)


def _build(cls: type, document: object, path: str) -> Any:  # noqa: ANN401 - an instance of `cls`
    """Make an instance of a dataclass from plain values."""
    fields = {field.name: field for field in fields_of(cls)}
    keys = _mapping(document, path, f"keys and values ({', '.join(fields)})")
    _check_keys(keys, list(fields), path)
    values = {name: _value(fields[name], value, path) for name, value in keys.items()}
    try:
        return cls(**values)
    except ValueError as wrong:
        raise WorldError(f"{path.rstrip('.')}: {wrong}" if path else str(wrong)) from None


def _value(field: Field, value: object, path: str) -> Any:  # noqa: ANN401
    path += field.name
    if path in _SPECIAL:
        return _SPECIAL[path](value, path)
    if is_dataclass(field.hint) and isinstance(field.hint, type):
        return _build(field.hint, value, f"{path}.")
    try:
        # as JSON, strictly: a date is text, a tuple a list, and "10", true and 1e4 are no int
        return _adapter(field.hint).validate_json(json.dumps(value), strict=True)
    except (ValueError, TypeError):
        raise _not(path, value, allowed(field.hint)) from None


def json_type(hint: Any) -> dict[str, Any]:  # noqa: ANN401 - any type
    """Give the JSON Schema of a type with its constraints."""
    told: dict[str, Any] = _adapter(hint).json_schema()
    return told


@cache
def _adapter(hint: Any) -> Any:  # noqa: ANN401 - pydantic's TypeAdapter of any type
    from pydantic import ConfigDict, TypeAdapter

    return TypeAdapter(hint, config=ConfigDict(strict=True, allow_inf_nan=False))


def _patterns(value: object, path: str) -> Mapping[str, Pattern]:
    if value == "all":
        return all_patterns()
    if value == "none":
        return {}
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list):
        value = dict.fromkeys(_strings(value, path, _PATTERN_FORMS), True)
    given = _mapping(value, path, _PATTERN_FORMS)
    planted = {name: keys for name, keys in given.items() if keys is not False}
    if given and not planted:  # naming only what to leave out asks for all the others
        planted = {name: True for name in PATTERNS.usable(Pattern) if name not in given}
    for name in given:
        _known(name, "pattern", PATTERNS.names(), path)
    return {name: _pattern(name, planted[name], f"{path}.{name}") for name in sorted(planted)}


def _pattern(name: str, value: object, path: str) -> Pattern:
    if value is True or value is None:
        value = {}
    pattern: Pattern = _build(PATTERNS.load(name, Pattern), value, f"{path}.")
    return pattern


def _region(value: object, path: str) -> str:
    if isinstance(value, str) and is_region(value):
        return value
    return _known(value, "region", region_names(), path)


def _walks(value: object, path: str) -> tuple[str, ...]:
    names = _strings(value, path, f"a list of walks ({', '.join(WALKS.names())})")
    for name in names:
        _known(name, "walk", WALKS.names(), path)
        if names.count(name) > 1:
            raise WorldError(f"{path}: {name} is given twice")
    return names


def _transfers(value: object, path: str) -> Transfers:
    if isinstance(value, str):
        return TRANSFERS[_known(value, "fit", sorted(TRANSFERS), path)]
    transfers: Transfers = _build(Transfers, value, f"{path}.")
    return transfers


def _fraud(value: object, path: str) -> Fraud | None:
    if value is None:
        return None
    if isinstance(value, str):
        if value not in FRAUD:
            there_is = ["none", *sorted(FRAUD)]
            raise WorldError(f"{path}: {UnknownNameError('setting', value, there_is)}")
        return FRAUD[value]
    fraud: Fraud = _build(Fraud, value, f"{path}.")
    for name in fraud.mix:
        _known(name, "pattern", PATTERNS.names(), f"{path}.mix")
    return fraud


_SPECIAL: dict[str, Callable[[object, str], Any]] = {
    "patterns": _patterns,
    "region": _region,
    "walks": _walks,
    "transfers": _transfers,
    "fraud": _fraud,
}


def _known(value: object, what: str, there_is: list[str], path: str) -> str:
    if isinstance(value, str) and value in there_is:
        return value
    raise WorldError(f"{path}: {UnknownNameError(what, str(value), there_is)}")


def _strings(value: object, path: str, form: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise _not(path, value, form)
    return tuple(value)


def _mapping(value: object, path: str, form: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _not(path.rstrip("."), value, form)
    return value


def _check_keys(keys: Mapping[str, Any], known: list[str], path: str) -> None:
    for key in keys:
        if key not in known:
            name = key if isinstance(key, str) and key.isidentifier() else _shown(key)
            raise WorldError(f"{path}{name}: no such key; {nearest(str(key), known)}")


def _not(path: str, value: object, form: str) -> WorldError:
    shown = _shown(value)
    if isinstance(value, float) and value.is_integer() and "whole number" in form:
        form += f"; write {int(value)}"
    return WorldError(f"{path}: {shown} is not {form}" if path else f"{shown} is not {form}")


def _shown(value: object) -> str:
    """Spell a value so that it fits into one line."""
    spelled = json.dumps(value, default=str)
    return spelled if len(spelled) <= _LONGEST else f"{spelled[:_LONGEST]}..."


def _set(document: dict[str, Any], path: str, value: object) -> None:
    *parents, last = path.split(".")
    place = document
    for depth, key in enumerate(parents):
        below = place.get(key)
        if below is None or below is True:
            below = place[key] = {}
        if not isinstance(below, dict):
            raise WorldError(f"{path}: {'.'.join(parents[: depth + 1])} has no keys of its own")
        place = below
    place[last] = value
