from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from graphgen.config import (
    WorldFile,
    change,
    parse_setting,
    parse_world_file,
    read_world_file,
    sink_of,
    world_from_dict,
    world_to_dict,
)
from graphgen.pages import commented_world
from graphgen.pattern import Pattern
from graphgen.registry import PATTERNS, WALKS
from graphgen.world import TRANSFERS, Fraud, Transfers, World, all_patterns

exponents = st.floats(1.5, 4, exclude_min=True)
transfers = st.builds(
    Transfers,
    in_exponent=exponents,
    out_exponent=exponents,
    mean_degree=st.floats(0, 50, exclude_min=True),
    reciprocity=st.floats(0, 0.6),
    clustering=st.floats(0, 0.05),
)


@st.composite
def planted(draw: st.DrawFn) -> dict[str, Pattern]:
    names = draw(st.sets(st.sampled_from(PATTERNS.names())))
    counts = st.none() | st.integers(0, 10**6)
    difficulties = st.sampled_from([None, "easy", "medium", "hard"])
    return {
        name: PATTERNS.load(name, Pattern)(count=draw(counts), difficulty=draw(difficulties))
        for name in names
    }


worlds = st.builds(
    World,
    users=st.integers(1, 100_000_000),
    seed=st.integers(0, 2**63 - 1),
    start=st.dates(date(1971, 1, 1), date(2099, 12, 31)),
    days=st.integers(0, 36_500),
    patterns=planted(),
    decoys=st.floats(0, 1000),
    fraud=st.none() | st.builds(Fraud, rate=st.none() | st.floats(0.0001, 0.2)),
    difficulty=st.sampled_from(["easy", "medium", "hard"]),
    leave_out=st.sampled_from(["nothing", "crimes", "lookalikes"]),
    walks=st.sets(st.sampled_from(WALKS.names())).map(tuple),
    transfers=transfers,
    activity=st.floats(0, 1000, exclude_min=True),
    identities=st.sampled_from(["safe", "public"]),
)


@given(worlds)
def test_a_world_survives_json_and_yaml(world: World) -> None:
    document = world_to_dict(world)
    assert world_from_dict(json.loads(json.dumps(document))) == world
    assert parse_world_file(yaml.safe_dump(document)).world == world


def test_a_pattern_that_no_file_holds_can_be_said_too() -> None:
    made: dict[str, Any] = {}
    exec(TYPED_AT_A_PROMPT, made)  # noqa: S102 - as Python's prompt does
    document = world_to_dict(World(patterns={"typed": made["Typed"](depth=4)}))
    assert document["patterns"] == {"typed": {"count": None, "difficulty": None, "depth": 4}}


TYPED_AT_A_PROMPT = """
from dataclasses import dataclass
from graphgen.pattern import Pattern

@dataclass(frozen=True)
class Typed(Pattern):
    prevalence = 1.0
    depth: int = 3

    def plant(self, graph, rng):
        yield from ()

    plant_lookalike = plant
"""


def test_an_empty_file_is_the_default_world() -> None:
    assert parse_world_file("") == WorldFile(World())


def test_the_commented_world_file_says_the_defaults() -> None:
    assert parse_world_file(commented_world()) == WorldFile(World(), ("parquet:world",))


def test_the_order_of_patterns_in_a_file_says_nothing() -> None:
    names = PATTERNS.names()
    there, back = (
        parse_world_file(yaml.safe_dump({"patterns": order})) for order in (names, names[::-1])
    )
    assert list(there.world.patterns) == list(back.world.patterns) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", PATTERNS.names()),
        ("patterns: all", PATTERNS.names()),
        ("patterns: none", []),
        ("patterns: {}", []),
        ("patterns: []", []),
        ("patterns: kiting", ["kiting"]),
        ("patterns: [kiting]", ["kiting"]),
        ("patterns: {kiting: true}", ["kiting"]),
        ("patterns: {kiting: }", ["kiting"]),
        ("patterns: {kiting: {}}", ["kiting"]),
        ("patterns: {kiting: true, shared_device: false}", ["kiting"]),
        ("patterns: {kiting: false}", [name for name in PATTERNS.names() if name != "kiting"]),
    ],
)
def test_patterns_can_be_named_in_every_sensible_way(text: str, names: list[str]) -> None:
    assert parse_world_file(text).world.patterns == {name: all_patterns()[name] for name in names}


@pytest.mark.parametrize("name", sorted(TRANSFERS))
def test_transfers_can_be_a_published_fit(name: str) -> None:
    assert parse_world_file(f"transfers: {name}").world.transfers == TRANSFERS[name]


def test_numbers_may_have_underscores() -> None:
    assert parse_world_file("users: 10_000\nactivity: 1_000").world.users == 10_000


WRONG = {
    "users: 0": "users: 0 is not a whole number from 1 to 100_000_000",
    'users: "10"': 'users: "10" is not a whole number',
    "users: true": "users: true is not a whole number",
    "users: 1e4": "users: 10000.0 is not a whole number from 1 to 100_000_000; write 10000",
    "users: 0100": 'users: "0100" is not a whole number',
    "users:": "users: null is not a whole number",
    "userz: 5": "userz: no such key; did you mean users? there is: users, seed,",
    "1: 5": "1: no such key; there is: users,",
    "seed: -1": "seed: -1 is not a whole number from 0 to",
    "start: 2026-02-30": 'start: "2026-02-30" is not a date as YYYY-MM-DD',
    "start: tomorrow": 'start: "tomorrow" is not a date as YYYY-MM-DD',
    "start: 1960-01-01": "from 1971-01-01 to 2199-12-31",
    "start: 20260101": "start: 20260101 is not a date as YYYY-MM-DD",
    "{start: 2199-12-01, days: 60}": "days: 60 from 2199-12-01 on end after 2199-12-31",
    "region: uk": "region: no region called 'uk'; ",
    "region: [us]": "region: no region called",
    "patterns: {kitting: {}}": "patterns: no pattern called 'kitting'; did you mean kiting?",
    "patterns: {kitting: false}": "patterns: no pattern called 'kitting'",
    "patterns: 3": "patterns: 3 is not a mapping of patterns to their keys, a list of patterns",
    "patterns:": "patterns: null is not a mapping of patterns",
    "patterns: {kiting: 3}": "patterns.kiting: 3 is not keys and values (count, difficulty",
    "patterns: {kiting: {cuont: 3}}": "patterns.kiting.cuont: no such key; did you mean count?",
    "patterns: {kiting: {count: -3}}": "patterns.kiting.count: -3 is not null or a whole number",
    "patterns: {kiting: {difficulty: 2}}": "patterns.kiting.difficulty: 2 is not null or one of",
    "walks: [payments]": "walks: no walk called 'payments'; did you mean payment?",
    "walks: payment": 'walks: "payment" is not a list of walks',
    "walks: [payment, payment]": "walks: payment is given twice",
    "transfers: finbnech": "transfers: no fit called 'finbnech'; did you mean finbench?",
    "transfers: {in_exponent: 1}": "transfers.in_exponent: 1 is not a number of more than 1.5",
    "transfers: {in_exponents: 2}": "transfers.in_exponents: no such key; did you mean in_exponent",
    "activity: .nan": "activity: NaN is not a number",
    "activity: .inf": "activity: Infinity is not a number",
    "identities: Safe": 'identities: "Safe" is not one of safe, public',
    "to: parquet:x": 'to: "parquet:x" is not a list of EXPORTER:TARGET',
    "to: [parque:x]": "to: no exporter called 'parque'; did you mean parquet?",
    "to: [parquet]": "to: 'parquet' has no target; write parquet:TARGET",
    "- users": '["users"] is not keys and values',
    "users: 1\nusers: 2": "w.yaml, line 2: the key 'users' is given twice",
    "users: &n 5\nseed: *n": "w.yaml, line 2: aliases are not allowed",
    "users: 5\nseed: [1": "w.yaml, line 2: ",
    "\tusers: 5": "w.yaml, line 1: found character '\\t' that cannot start any token",
    "users: !!python/object:os.system x": "w.yaml, line 1: could not determine a constructor",
    "decoys: !!binary aGk=": "decoys: \"b'hi'\" is not a number",
    "[" * 2000: "w.yaml: nested too deeply",
    "users: 1\x00": "w.yaml: not YAML",
    "--- {}\n--- {}": "w.yaml, line 2: ",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=[text[:30] for text in WRONG])
def test_what_is_wrong_is_one_line_that_names_it(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"^w\.yaml[:,]") as wrong:
        parse_world_file(text, "w.yaml")
    assert said in str(wrong.value)
    assert "\n" not in str(wrong.value)


def attempt(text: str) -> WorldFile | str:
    """Read a world file's text; give what it says, or what is wrong with it."""
    try:
        return parse_world_file(text)
    except ValueError as wrong:
        return str(wrong)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from([*world_to_dict(World()), "to", "nonsense"]), values)
def test_any_value_of_any_key_is_taken_or_refused_in_one_line(key: str, value: object) -> None:
    taken = attempt(json.dumps({key: value}))
    if isinstance(taken, str):
        assert len(taken.splitlines()) == 1
    else:
        assert world_from_dict(world_to_dict(taken.world)) == taken.world


@given(st.text(max_size=40))
def test_any_text_is_a_world_or_is_refused(text: str) -> None:
    taken = attempt(text)
    assert isinstance(taken, WorldFile) or len(taken.splitlines()) == 1


@pytest.mark.parametrize(
    ("settings", "key", "value"),
    [
        (["users=500"], "users", 500),
        (["users=1_000"], "users", 1000),
        (["start=2025-03-01"], "start", "2025-03-01"),
        (["walks=[session]"], "walks", ["session"]),
        (["patterns=none"], "patterns", {}),
        (["patterns=none", "patterns.kiting=true"], "patterns", ["kiting"]),
        (["patterns=[kiting]", "patterns.kiting=false"], "patterns", {}),
    ],
)
def test_a_setting_changes_one_key(settings: list[str], key: str, value: object) -> None:
    file = change(WorldFile(World()), dict(map(parse_setting, settings)))
    found = world_to_dict(file.world)[key]
    assert (list(found) if isinstance(found, dict) and value else found) == value


def test_a_setting_leaves_every_other_key_as_it_is() -> None:
    file = WorldFile(World(seed=3), ("parquet:here",))
    changed = change(file, {"patterns.kiting.count": 3, "transfers.in_exponent": 2.3})
    before, after = world_to_dict(file.world), world_to_dict(changed.world)
    before["patterns"]["kiting"]["count"] = 3
    before["transfers"]["in_exponent"] = 2.3
    assert after == before
    assert changed.to == file.to


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("users", "--set users: not KEY=VALUE"),
        ("=5", "--set =5: not KEY=VALUE"),
        ("a..b=5", "--set a..b=5: not KEY=VALUE"),
        ("users=[", "--set users=[, line 1: "),
        ("users.many=5", "users.many: users has no keys of its own"),
        ("users=many", 'users: "many" is not a whole number'),
        ("patterns.kiting.cuont=5", "patterns.kiting.cuont: no such key; did you mean count?"),
    ],
)
def test_a_wrong_setting_is_one_line(setting: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$") as wrong:
        change(WorldFile(World()), dict([parse_setting(setting)]))
    assert str(wrong.value).startswith(said)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"nowhere\.yaml: No such file"):
        read_world_file(tmp_path / "nowhere.yaml")
    with pytest.raises(ValueError, match="Is a directory"):
        read_world_file(tmp_path)
    (tmp_path / "latin.yaml").write_bytes(b"region: \xe9")
    with pytest.raises(ValueError, match=r"latin\.yaml: not text in UTF-8"):
        read_world_file(tmp_path / "latin.yaml")


def test_a_target_may_have_colons() -> None:
    assert sink_of("parquet:C:/x") == ("parquet", "C:/x")
