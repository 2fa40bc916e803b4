"""Access: new devices from which patterns let people be banked for, and what is changed from there.

Everything works on grids: a row for each case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from graphgen.planting.flow import first_day, times
from graphgen.population.identity import emails, phones
from graphgen.population.network import devices
from graphgen.schema import NULL_NUMBER, words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

if TYPE_CHECKING:
    from graphgen.graph import Graph

__all__ = [
    "break_ins",
    "from_new_device",
    "herded",
    "made_ready",
    "taken_over",
]

_MINUTE, _HOUR = 60_000, 3_600_000
_QUICK = 0.75
"""Hours after the first success in which things are made ready, if there are as many; our
assumption."""
_FEW = 0.75
"""How many fewer of a case's people are worked from its device at hard; our assumption."""
_FAILED, _PASSWORD, _EMAIL, _PHONE = (
    words.ACTIONS.index(w)
    for w in ("sign_in_failed", "password_changed", "email_changed", "phone_changed")
)


def break_ins(
    graph: Graph,
    rng: np.random.Generator,
    person: Array,
    *,
    tries: int,
    acts: int,
    hours: float,
    hardness: float,
) -> tuple[Array, Array, Array]:
    """Draw when others try to sign in to people's accounts, succeed, and what they do then is done.

    Gives the sign-ins, int64 ms (people, `tries` + 2): those that fail, the one that succeeds, and
    when something is changed after it; which of them there are (bool); and when each of so many
    `acts` is done, int64 ms (people, acts), ascending, within so many hours of the success and
    before the window ends. The harder, the fewer attempts fail, and the longer it takes; whoever
    has failed gives it up for an hour or so.
    """
    count, end, quick = len(person), graph.world.end_ms, min(_QUICK, hours) * _HOUR
    day = first_day(graph, rng, count, 2 + hours / 24)
    start = times(graph, rng, person, day, "counter")
    start = np.minimum(start, end - rng.integers(3 * _HOUR, 4 * _HOUR, count))
    place = np.arange(tries + 2)
    more = rng.binomial(tries - 1, 0.8 - 0.6 * hardness, (count, 1))
    there = (place <= more) | (place >= tries)
    wait = rng.integers(4_000, _MINUTE, there.shape) * there
    wait[:, -2] = rng.integers(50 * _MINUTE, 90 * _MINUTE, count)
    wait[:, -1] = quick * rng.uniform(0.1, 0.33, count)
    tried = start[:, None] + wait.cumsum(axis=1)
    entry = tried[:, -2:-1]
    span = np.minimum(hours * _HOUR, 0.8 * (end - entry)) - 0.45 * quick
    span = span * (0.02 + 0.9 * hardness) * rng.uniform(0.3, 1, (count, 1))
    done = entry + 0.45 * quick + span * np.sort(rng.random((count, acts)), axis=1)
    return tried, there, done.astype(np.int64)


def taken_over(
    graph: Graph,
    rng: np.random.Generator,
    tries: Array,
    there: Array,
    *,
    person: Array,
    ip: Array,
    visits: Array,
    until: Array,
    password: float,
    case: Array,
    is_fraud: bool,
) -> tuple[Array, Array, list[Table]]:
    """Let people's accounts be signed into from a new phone, and something be changed from there.

    Gives the phones' rows (int32, one a case), the rows of `signs_in` (int32, one a case), and the
    tables. `tries` and `there` are as of `break_ins`; `visits` is sessions a day from then `until`
    (ms); `password` is the share of changes that are of the password, other than of the number or
    the e-mail address.
    """
    # what fails needs a way too: one at no rate, that registers nothing
    first = tries.min(axis=1, where=there, initial=graph.world.end_ms)
    device, way, made = from_new_device(
        graph,
        rng,
        {"phone": 1.0},
        person=person[:, None],
        ip=ip,
        rate=np.stack([np.zeros(len(case)), visits], axis=1),
        begin=np.stack([first, tries[:, -2]], axis=1),
        end=until[:, None],
        case=case,
        is_fraud=is_fraud,
    )
    rest = (1 - password) * np.array([0.4, 0.6])
    what = rng.choice([_PHONE, _EMAIL, _PASSWORD], len(case), p=[*rest, password])
    does = there & (np.arange(tries.shape[1]) != tries.shape[1] - 2)
    phone, email, done = np.full((3, *tries.shape), -1, np.int32)
    number, mailbox = what == _PHONE, what == _EMAIL
    phone[number, -1] = graph.new("phone", int(number.sum()))
    email[mailbox, -1], mails = _mailboxes(graph, rng, person[mailbox], own=not is_fraud)
    done[:], done[:, -1] = _FAILED, what
    acts = Table.of(
        "acts",
        user_id=np.broadcast_to(person[:, None], tries.shape)[does],
        type=done[does],
        valid_from=tries[does],
        via=np.where(done == _FAILED, way[:, :1], way[:, 1:])[does],
        email_id=email[does],
        phone_id=phone[does],
        stage="preparation" if is_fraud else None,
        case_id=np.broadcast_to(case[:, None], tries.shape)[does],
    )
    return device, way[:, 1], [*made, phones(graph, int(number.sum()), rng), mails, acts]


def _mailboxes(
    graph: Graph, rng: np.random.Generator, person: Array, *, own: bool
) -> tuple[Array, Table]:
    """Make a new e-mail address for each of these people: their rows (int32), and the table.

    They are made of the person's `own` name, or of somebody else's.
    """
    region, user = graph.world.place, graph["user"]
    (women, _), (men, _) = region.given_names
    named = person if own else rng.integers(0, max(1, graph.size("user")), len(person))
    given, family = (
        np.asarray(pc.index_in(user[column].take(pa.array(named)), pa.array(names)), np.int64)
        for column, names in (
            ("given_name", [*women, *men]),
            ("family_name", region.family_names[0]),
        )
    )
    return graph.new("email", len(person)), emails(graph, given, family, rng)


def from_new_device(
    graph: Graph,
    rng: np.random.Generator,
    kinds: Mapping[str, float],
    *,
    person: Array,
    ip: Array,
    rate: Array | float,
    begin: Array,
    end: Array,
    case: Array,
    is_fraud: bool,
) -> tuple[Array, Array, list[Table]]:
    """Let people be banked for from a new device a case, of types in these shares, at its address.

    Gives the devices' rows (int32, one a case), the rows of `signs_in` (int32), and the tables.
    `person`, `rate`, `begin` and `end` broadcast to one grid (cases, ways); where it says that a
    person is -1 there is no way, and its row is -1. `rate` is sessions a day (0: only what names
    the way uses it), begin and end are int64 ms; what ends after the world does has no end.
    """
    device = graph.new("device", len(case))
    codes = [words.DEVICE_TYPES.index(kind) for kind in kinds]
    kind = rng.choice(codes, len(case), p=[*kinds.values()])
    made = devices(graph.world.place, kind, rng)
    grids = np.broadcast_arrays(
        person, device[:, None], ip[:, None], rate, begin, end, case[:, None]
    )
    here = grids[0] >= 0
    rows = np.full(here.shape, -1, np.int32)
    rows[here] = graph.new("signs_in", int(here.sum()))
    person, used, ip, rate, begin, end, of = (grid[here] for grid in grids)
    signs_in = Table.of(
        "signs_in",
        user_id=person,
        device_id=used,
        ip_id=ip,
        rate=rate,
        hours=graph.world.place.profiles.index("home"),
        valid_from=begin,
        valid_to=np.where(end >= graph.world.end_ms, NULL_NUMBER, end),
        stage="preparation" if is_fraud else None,
        case_id=of,
    )
    return device, rows, [made, signs_in]


def herded(rng: np.random.Generator, here: Array, hardness: float) -> Array:
    """Draw who of each case's people (bool, a grid) is worked from its device: bool.

    At least two, and the fewer, the harder it is; the first almost always.
    """
    drawn = np.where(here, rng.random(here.shape), 2)
    drawn[:, 0] **= 1 - 0.8 * hardness
    return np.asarray(drawn <= np.maximum(np.sort(drawn, axis=1)[:, 1:2], 1 - _FEW * hardness))


def made_ready(
    graph: Graph, rng: np.random.Generator, people: Array, first: Array, ahead: float
) -> Array:
    """Draw from when on each of a case's people is worked: int64 ms, a grid as of them.

    That is by so many ms at most `ahead` of the `first` payment (int64 ms, a column), at hours of
    the counter, where these are not too late.
    """
    gap = np.minimum(ahead, first - graph.world.start_ms)
    ready = first - (gap * rng.uniform(0.1, 1, people.shape)).astype(np.int64)
    visit = times(graph, rng, people, (ready - graph.world.start_ms) // DAY_MS, "counter")
    return np.where(visit < first - 0.1 * gap, visit, ready)
