"""What a command asks for, as the library takes it: options made into a world and its sinks."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from getpass import getpass
from pathlib import Path
from typing import Any

import typer

from graphgen.config import (
    WorldError,
    WorldFile,
    change,
    parse_setting,
    read_world_file,
    sink_of,
    world_to_dict,
)
from graphgen.exporter import DatasetExporter, Exporter
from graphgen.fields import fields_of
from graphgen.registry import EXPORTERS
from graphgen.world import World

__all__ = [
    "Cases",
    "ask",
    "clock",
    "inspect",
    "llm_key",
    "llm_settings",
    "loaded_document",
    "options",
    "sinks",
    "store",
    "summary_document",
    "world_file",
]

Cases = list[tuple[str, str, int]]
"""Patterns, the kind of the cases (`words.CASE_KINDS`), and how many were planted."""


def options(*, start: str | None, end: str | None, **values: object) -> dict[str, Any]:
    """Give the options that were given: keys of a world, and `end`, with dates as dates."""
    dates = {"start": _date("start", start), "end": _date("end", end)}
    return {name: v for name, v in {**values, **dates}.items() if v is not None}


def world_file(path: Path | None, given: Mapping[str, Any], settings: Sequence[str]) -> WorldFile:
    """Read the world file, if there is one; options change it, and then `--set`."""
    file = read_world_file(path) if path else WorldFile(World())
    keys = dict(given)
    end = keys.pop("end", None)
    if end is not None:
        keys |= _span(end, keys.get("start"), keys.get("days"), file.world.days)
    if "start" in keys:
        keys["start"] = keys["start"].isoformat()
    return change(file, keys | dict(parse_setting(setting) for setting in settings))


def sinks(specs: Sequence[str], given: Mapping[str, object]) -> list[Exporter]:
    """Make the exporters of `EXPORTER:TARGET`.

    Of the options that were `given` each takes those that it has; `WorldError` for one that none
    of them has.
    """
    classes = [(EXPORTERS.load(name, Exporter), target) for name, target in map(sink_of, specs)]
    known = {each.name for cls, _ in classes for each in fields_of(cls)}
    for name in sorted(given.keys() - known):
        option = f"--{name.replace('_', '-')}"
        raise WorldError(f"{option}: is nothing to {', '.join(specs)}; leave it out")
    made = []
    for cls, target in classes:
        names = {each.name for each in fields_of(cls)}
        mine = {name: value for name, value in given.items() if name in names}
        made.append(cls(target=target, **mine))
    places = [os.path.realpath(sink.target) for sink in made]
    for sink, place in zip(made, places, strict=True):
        if places.count(place) > 1:
            raise WorldError(f"to: two exporters write to {sink.target!r}; give each its own")
    return made


def ask(sinks: Sequence[Exporter], *, force: bool) -> None:
    """Ask on the terminal for what sinks need and were not given: passwords, consent to wiping.

    `WorldError` where there is nobody to ask for consent.
    """
    for sink in sinks:
        if getattr(sink, "wipe", False) and not force:
            if not sys.stdin.isatty():
                raise WorldError(
                    f"{sink.target}: nobody is there to be asked; --wipe needs --force"
                )
            typer.confirm(f"Delete what graphgen loaded into {sink.target}?", abort=True, err=True)
        if sink.secret and sink.secret not in os.environ and sys.stdin.isatty():
            os.environ[sink.secret] = getpass(f"password for {sink.target} ({sink.secret}): ")


def store(spec: str, given: Mapping[str, object]) -> DatasetExporter:
    """Make the one exporter that takes a written dataset; `WorldError` if it takes none."""
    (made,) = sinks([spec], given)
    if not isinstance(made, DatasetExporter):
        usable = EXPORTERS.usable(Exporter)
        takes = ", ".join(name for name, cls in usable.items() if issubclass(cls, DatasetExporter))
        raise WorldError(f"{spec}: takes no written dataset; these do: {takes}")
    return made


def loaded_document(
    store: DatasetExporter, rows: Mapping[str, int], since: tuple[float, float]
) -> dict[str, Any]:
    """Give what `load --json` prints; `since` is what `clock` said when it began."""
    return {
        "target": store.target,
        "rows": dict(rows),
        **_taken(since),
    }


def clock() -> tuple[float, float]:
    """Read the time that has passed, and the CPU time of this process and its ended children; s."""
    return time.perf_counter(), sum(os.times()[:4])


def _taken(since: tuple[float, float]) -> dict[str, float]:
    """Say what it took since `clock` said so: seconds, as documents have them."""
    seconds, cpu_seconds = (now - then for now, then in zip(clock(), since, strict=True))
    return {"seconds": round(seconds, 3), "cpu_seconds": round(cpu_seconds, 3)}


def summary_document(
    world: World, sinks: Sequence[Exporter], rows: Mapping[str, int], since: tuple[float, float]
) -> dict[str, Any]:
    """Give what `generate --json` prints; `since` is what `clock` said when it began."""
    return {
        "world": world_to_dict(world),
        "rows": dict(rows),
        **_taken(since),
        "targets": [sink.target for sink in sinks],
    }


def inspect(path: Path) -> tuple[dict[str, Any], Cases]:
    """Read what a written dataset says of itself (its run.json), and the cases planted in it."""
    from graphgen.dataset import Dataset

    dataset = Dataset(path)
    run = dict(dataset.run)
    cases: Cases = []
    if run["complete"] and run["tables"].get("case"):
        counted = dataset["case"].group_by(["pattern", "kind"]).aggregate([([], "count_all")])
        rows = counted.to_pylist()
        cases = sorted((row["pattern"], row["kind"], row["count_all"]) for row in rows)
    return run, cases


def llm_key() -> str:
    """Give the key of a language model's endpoint, from the environment; nothing for none."""
    return os.environ.get("GRAPHGEN_LLM_KEY", os.environ.get("OPENAI_API_KEY", ""))


def llm_settings(settings: Sequence[str]) -> dict[str, Any]:
    """Read more keys of each request to a language model, as KEY=VALUE."""
    given = dict(map(parse_setting, settings))
    for name in ("messages", "model", "stream"):
        if name in given:
            raise WorldError(f"--set {name}: is not to be set; --model says which model")
    return given


def _date(name: str, text: str | None) -> date | None:
    if text is None:
        return None
    if text == "now":
        return datetime.now(UTC).date()
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise WorldError(f"--{name}: {text!r} is not a date as YYYY-MM-DD, or now") from None


def _span(end: date, start: date | None, days: int | None, default: int) -> dict[str, Any]:
    """Say what `--end` makes of start and days: with a start it gives the days, else the start."""
    if start is None:
        days = default if days is None else days
        try:
            return {"start": end - timedelta(days=days), "days": days}
        except OverflowError:
            raise WorldError(f"--end: {end} less {days} days is no date") from None
    between = (end - start).days
    if days is not None and days != between:
        raise WorldError(f"--end: {start} to {end} is {between} days, not {days}; leave out one")
    if between < 0:
        raise WorldError(f"--end: {end} is before {start}")
    return {"days": between}
