"""Patterns: what a crime looks like as nodes and edges, and what honest thing looks like it.

A pattern is one file in `patterns/`; its file name is its name, its docstring the story and the
source, its dataclass fields the keys in YAML, the options and the docs. It plants edges that will
fire; it never writes an event. What it adds beside the crime gets its honest life from
`graphgen.population.live`, like everybody's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import numpy as np
from annotated_types import Ge

from graphgen.reporting import Reporting
from graphgen.rng import stream
from graphgen.schedule import ONCE
from graphgen.schema import words
from graphgen.table import Array, Table, text

if TYPE_CHECKING:
    from graphgen.graph import Graph
    from graphgen.world import World

__all__ = [
    "HARDNESS",
    "Mirrored",
    "NoSuchError",
    "Pattern",
    "TooFewError",
    "cases",
    "choose",
    "errands",
    "members",
    "named",
]


_QUARTER = 90
_LASTING = {"days": 1, "nursing": 1, "hours": 24}
"""Parameters that say for how long a pattern goes on, and how many of each a day has."""
HARDNESS = {"easy": 0.0, "medium": 0.8, "hard": 1.0}
"""Each difficulty as a number. Our assumption: at medium, detectors of the default world have
something to find, and cheap ones little of it (`graphgen report`)."""


class NoSuchError(ValueError):
    """What was asked for is not in this world, and would not be with more people or fewer cases."""


class TooFewError(ValueError):
    """There are too few of something for so many cases; more people or fewer cases would do."""


@dataclass(frozen=True)
class Pattern(ABC):
    """A way of crime, planted for all its instances at once."""

    kind: ClassVar[Literal["crime", "event"]] = "crime"
    """A crime, with an honest look-alike; or an event of the market, which has none."""

    market: ClassVar[bool] = False
    """Whether it is about the market: it is planted on a graph that has investors in it."""

    prevalence: ClassVar[float]
    """Cases among 10,000 people in 90 days, as published, else as we assume. Of what is about the
    market: among 10,000 investors; of an event: in 90 days, however many people there are."""

    defined_by: ClassVar[tuple[str, ...]] = ()
    """Columns of events that the pattern is about, so that they tell it from other payments; they
    do not tell it from its look-alike."""

    counterparts: ClassVar[Mapping[str, str]] = {}
    """For roles of the crime, the role of the look-alike that has the same part; one that is not
    named is put beside all of the look-alike's."""

    strangers: ClassVar[tuple[str, ...]] = ()
    """Roles, of the crime and of the look-alike, of those who do not know whom they deal with in a
    case. Other people who pay each other in one are known to know each other as often as payers
    and payees in general."""

    reporting: ClassVar[Reporting] = Reporting()
    """How its crimes become known."""

    wronged: ClassVar[tuple[str, ...]] = ("victim",)
    """Roles of those to whom the crime is done: they belong to the case and are no criminals."""

    count: Annotated[int, Ge(0)] | None = None
    """How many instances; by default as many as the world's `fraud` has room for."""

    difficulty: Literal["easy", "medium", "hard"] | None = None
    """How well it hides: amounts blend in, timing stretches, rings shrink; by default as the
    world's."""

    def __post_init__(self) -> None:
        fewest, most = getattr(self, "fewest", None), getattr(self, "most", None)
        if isinstance(fewest, int) and isinstance(most, int) and fewest > most:
            raise ValueError(f"{self.name}: fewest {fewest} is more than most {most}")

    @property
    def name(self) -> str:
        """Its name: that of its file."""
        return type(self).__module__.rpartition(".")[2]

    @property
    def hardness(self) -> float:
        """The difficulty as a number, from 0 for easy to 1 for hard."""
        return HARDNESS[self.difficulty or "medium"]

    def within(self, world: World) -> Self:
        """Give the pattern as it is in this world: with the world's difficulty, if none is set.

        `ValueError` for a pattern that was asked to go on for longer than the world does; at its
        default it takes what days there are.
        """
        for key in _LASTING:
            if getattr(self, key, None) != getattr(type(self), key, None):
                self.check_lasts(key, world)
        return replace(self, difficulty=self.difficulty or world.difficulty)

    def check_lasts(self, key: str, world: World) -> None:
        """Raise `ValueError` if a parameter asks for more days, or hours, than the world has.

        Whoever has typed the parameter means it, also where it is the default.
        """
        lasts, most = getattr(self, key, None), self.longest(key, world)
        if most is not None and isinstance(lasts, int | float) and lasts > most:
            raise ValueError(
                f"{self.name}.{key}: {lasts:g} do not fit into a world of {world.days} days; "
                f"give at most {most}"
            )

    def longest(self, key: str, world: World) -> int | None:
        """Say how much a parameter may be in a world, if it says for how long the pattern goes on.

        A pattern that needs more than days of the calendar says so here.
        """
        return world.days * _LASTING[key] if key in _LASTING else None

    @abstractmethod
    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the nodes, edges, cases and members of all instances of the crime."""

    @abstractmethod
    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield those of its honest look-alike."""

    def instances(self, graph: Graph) -> int:
        """Say how many instances to plant in this graph."""
        if self.count is not None:
            return self.count
        return round(self.published(graph.world))

    def published(self, world: World) -> float:
        """Say how many cases so many people have in so many days, by the published rate."""
        quarters = world.days / _QUARTER
        if self.kind == "event":
            return self.prevalence * quarters * (world.investors > 0)
        people = world.users * (world.investors if self.market else 1.0)
        return self.prevalence * people / 10_000 * quarters

    def lookalikes(self, graph: Graph) -> int:
        """Say how many look-alikes to plant: the world's `decoys` of them for each instance."""
        if self.kind == "event":
            return 0
        return round(self.instances(graph) * graph.world.decoys)

    def called(self, roles: Mapping[str, Array], *, is_fraud: bool) -> dict[str, Array]:
        """Name parts as the crime does, or, by `counterparts`, as its look-alike does."""
        of = {} if is_fraud else self.counterparts
        return {of.get(role, role): rows for role, rows in roles.items()}


@dataclass(frozen=True)
class Mirrored(Pattern):
    """A pattern whose look-alike is laid out by the same plan as the crime."""

    @abstractmethod
    def plant_cases(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield the nodes, edges, cases and members of so many crimes, or look-alikes, at once."""

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield all instances of the crime."""
        return self.plant_cases(graph, rng, self.instances(graph), is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield those of its look-alike."""
        return self.plant_cases(graph, rng, self.lookalikes(graph), is_fraud=False)


def named(kind: Literal["crime", "event"], *, market: bool) -> list[str]:
    """Name the patterns of a kind that there are: those about the market, or those that are not.

    Those that are installed and cannot be used are left out.
    """
    from graphgen.registry import PATTERNS

    found = PATTERNS.usable(Pattern)
    return [name for name, of in found.items() if (of.kind, of.market) == (kind, market)]


def choose(
    rng: np.random.Generator, pool: Array, shape: tuple[int, ...], what: str
) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """Draw distinct rows out of a pool; `TooFewError` if there are too few, naming `what`."""
    need = int(np.prod(shape))
    if need > len(pool):
        raise TooFewError(f"{what}: {need:,} are needed, the world has {len(pool):,}")
    return rng.choice(pool, need, replace=False).astype(np.int32).reshape(shape)


def errands(
    graph: Graph,
    at: Array,
    *,
    case: Array,
    here: Array | None = None,
    follows: Array | None = None,
    into: Array | None = None,
    hours: str = "people",
    **columns: Any,  # noqa: ANN401 - whatever broadcasts
) -> Table:
    """Give errands of a case: edges of `pays` that fire once, at these times (a grid, int64 ms).

    Columns broadcast against the grid, as in `Table.of`; those left out are as of a sum that
    is paid out. `hours` names the profile of the week that such errands keep to.

    Where the grid `here` is false there is no errand. `follows` says, for each place along the
    grid's last axis, which place there it follows (-1: none): what follows passes on `share` of
    what it follows has brought, and fires only if that has come. `into` says the same the other
    way round, which place passes on what it brings: several may name the same. What is passed on
    is rounded down as often, and to such units, as sums of its habit are.
    """
    there = np.ones(at.shape, bool) if here is None else np.broadcast_to(here, at.shape)
    rows = np.full(at.shape, -1, np.int32)
    rows[there] = graph.new("pays", int(there.sum()))
    usual = {"amount_minor": 0, "spread": 0.0, "amount_of": "sum", "share": 0.0, "rate": 0.0}
    columns = usual | columns
    if follows is not None or into is not None:
        columns |= _passed_on(graph, rows, follows, into, columns)
    return Table.of(
        "pays",
        **{name: _some(value, there) for name, value in columns.items()},
        schedule=ONCE,
        hours=graph.world.place.profiles.index(hours),
        valid_from=at[there],
        case_id=_some(case, there),
    )


def _passed_on(
    graph: Graph, rows: Array, follows: Array | None, into: Array | None, columns: Mapping[str, Any]
) -> dict[str, Array]:
    """Give the columns by which errands pass on what others have brought."""
    from graphgen.population.habits import habits

    def of(place: Array) -> Array:
        found = np.take_along_axis(rows, np.maximum(place, 0).astype(np.int64), axis=-1)
        return np.where(place >= 0, found, -1)

    nowhere = np.full(rows.shape, -1)
    before, after = (
        nowhere if place is None else np.broadcast_to(place, rows.shape)
        for place in (follows, into)
    )
    passes = before >= 0
    if rows.size:
        reached = np.zeros((*rows.shape[:-1], rows.shape[-1] + 1), bool)
        np.put_along_axis(reached, np.where((after >= 0) & (rows >= 0), after, -1), True, axis=-1)
        passes = passes | reached[..., :-1]
    amount_of = np.asarray(_codes(words.AMOUNT_OF, columns["amount_of"]))
    rounds = habits(graph.world.place)
    habit = np.broadcast_to(_codes(words.HABITS, columns["habit"]), rows.shape)
    rng = stream(graph.world.seed, "endings", str(rows.max(initial=-1)))
    is_round = passes & (rng.random(rows.shape) < rounds.round_share[habit])
    return {
        "amount_of": np.where(passes, words.AMOUNT_OF.index("receipt"), amount_of),
        "follows": of(before),
        "into": of(after),
        "unit_minor": np.where(is_round, rounds.round_minor[habit], 1),
    }


def _codes(vocabulary: tuple[str, ...], value: Any) -> Any:  # noqa: ANN401 - a word, or codes
    return words.code(vocabulary, value) if isinstance(value, str) else value


def _some(value: Any, there: Array) -> Any:  # noqa: ANN401 - what a column is made of
    """Give the values of the places that are there; a word or a number is the same for all."""
    return np.broadcast_to(value, there.shape)[there] if np.ndim(value) else value


def cases(
    graph: Graph, pattern: Pattern, case: Array, start: Array, end: Array, *, is_fraud: bool
) -> Table:
    """Give the rows of `case`: from the first moment of each (ms) to the last."""
    last = graph.world.end_ms - 1
    return Table.of(
        "case",
        pattern=text([pattern.name], np.zeros(len(case), np.int32)),
        kind="event" if pattern.kind == "event" else "crime" if is_fraud else "lookalike",
        is_fraud=np.full(len(case), is_fraud),
        difficulty=pattern.difficulty or "medium",
        start=start,
        end=np.minimum(end, last),
        loss_minor=0,
        recovered_minor=0,
        sample_weight=1.0,
    )


def members(case: Array, /, **roles: Mapping[str, Array]) -> Iterator[Table]:
    """Yield who belongs to each case: by table, for each role a grid of rows (cases, members).

    Where a grid says -1, there is nobody.
    """
    for entity, grids in roles.items():
        for role, grid in grids.items():
            some = grid >= 0
            yield Table.of(
                "member",
                case_id=np.broadcast_to(case[:, None], grid.shape)[some],
                entity=words.code(words.ENTITIES, entity),
                entity_id=grid[some],
                role=text([role], np.zeros(int(some.sum()), np.int32)),
            )
