"""A graph only ever grows, block by block, and no row moves."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from graphgen.graph import POPULATION, Graph
from graphgen.grow import grow, populate
from graphgen.pattern import Pattern, named
from graphgen.registry import PATTERNS
from graphgen.schema import NULL_NUMBER, RECIPES, SCHEMAS, Kind, Meaning, words
from graphgen.table import Table, assert_equal
from graphgen.world import World

WORLD = World(
    users=300,
    days=20,
    patterns={name: PATTERNS.load(name, Pattern)(count=3) for name in named("crime", market=False)},
)
ALL = grow(WORLD)


def test_the_population_comes_first_and_then_each_pattern_and_its_lookalike() -> None:
    planted = [n for name in sorted(WORLD.patterns) for n in (name, f"{name}/lookalike")]
    blocks = [n for name in planted for n in (name, f"{name}/case")]
    assert [block.name for block in ALL.blocks] == [POPULATION, *blocks]


def test_the_order_in_which_patterns_are_named_does_not_matter() -> None:
    backwards = dict(reversed(WORLD.patterns.items()))
    other = grow(replace(WORLD, patterns=backwards))
    for name in SCHEMAS:
        assert_equal(other[name], ALL[name])


def test_every_reference_leads_to_a_row() -> None:
    for name, schema in SCHEMAS.items():
        if name == "event_label" or schema.kind is Kind.EVENT:
            continue
        table = ALL[name]
        for column in schema.columns:
            if column.meaning is Meaning.REF and not column.refers.startswith("="):
                rows = table[column.name]
                assert rows.min(initial=0) >= (-1 if column.nullable else 0), column.name
                assert rows.max(initial=-1) < ALL.size(column.refers), column.name
    member = ALL["member"]
    sizes = np.array([ALL.size(entity) for entity in words.ENTITIES])
    assert (member["entity_id"] < sizes[member["entity"]]).all()


def test_what_a_pattern_adds_refers_to_the_population_and_to_itself_alone() -> None:
    first = ALL.blocks[0]
    for before, block in pairwise(ALL.blocks):
        lives = before if block.name == f"{before.name}/case" else block
        for table in block.tables.values():
            for column in table.schema.columns:
                if column.meaning is not Meaning.REF or column.refers.startswith("="):
                    continue
                rows = table[column.name]
                if column.refers not in SCHEMAS:
                    continue
                base = len(first.tables[column.refers]) if column.refers in first.tables else 0
                own = lives.starts[column.refers]
                end = block.starts[column.refers] + len(block.tables.get(column.refers, ()))
                is_own = (rows >= own) & (rows < end)
                assert ((rows < base) | is_own).all(), (block.name, column.name)


def test_an_errand_that_follows_passes_on_from_where_its_money_came() -> None:
    pays = ALL["pays"]
    hops = np.flatnonzero(pays["follows"] >= 0)
    before = pays["follows"][hops]
    assert (pays["creditor_account_id"][before] == pays["debtor_account_id"][hops]).all()
    assert (pays["case_id"][before] == pays["case_id"][hops]).all()
    over = np.flatnonzero(pays["via"] >= 0)
    way = pays["via"][over]
    assert len(over)
    assert (ALL["signs_in"]["user_id"][way] == pays["user_id"][over]).all()
    assert (ALL["signs_in"]["valid_from"][way] <= pays["valid_from"][over]).all()


def test_growing_leaves_the_smaller_graph_as_it_was() -> None:
    base = populate(WORLD)
    before = {name: base[name] for name in SCHEMAS}
    more = Table.of("email", address=np.array(["a@example.org"]))
    bigger = base.grow("more", [more])
    assert bigger.size("email") == base.size("email") + 1
    for name, table in before.items():
        assert_equal(base[name], table)
        rows = np.arange(len(table))
        assert_equal(bigger[name].take(rows), table)


def test_promised_rows_come_one_after_the_other_and_a_new_bed_promises_afresh() -> None:
    base = Graph(WORLD).bed()
    assert base.new("email", (2, 2)).tolist() == [[0, 1], [2, 3]]
    assert base.new("email", 2).tolist() == [4, 5]
    assert base.new("phone", 1).tolist() == [0]
    assert base.bed().new("email", 1).tolist() == [0]


def test_rows_that_two_plantings_made_on_one_bed_are_told_apart() -> None:
    base = populate(replace(WORLD, patterns={}))
    users = base.size("user")

    def adds(given: str) -> list[Table]:
        bed = base.bed()
        email = bed.new("email", 1)
        return [
            Table.of("email", address=np.array([given])),
            Table.of("has_email", user_id=np.array([users - 1]), email_id=email, since=0),
        ]

    graph = base.plant("one", adds("one"), base=base).plant("two", adds("two"), base=base)
    last = graph["has_email"]["email_id"][-2:]
    assert graph["email"]["address"].take(last).to_pylist() == ["one", "two"]


def test_who_uses_what_is_what_signing_in_says() -> None:
    signs_in = ALL["signs_in"]
    for name, column in (("uses_device", "device_id"), ("uses_ip", "ip_id")):
        uses = ALL[name]
        pairs = set(zip(signs_in["user_id"].tolist(), signs_in[column].tolist(), strict=True))
        found = list(zip(uses["user_id"].tolist(), uses[column].tolist(), strict=True))
        assert set(found) == pairs
        assert len(found) == len(pairs)
        for row in range(0, len(uses), 50):
            mine = (signs_in["user_id"] == uses["user_id"][row]) & (
                signs_in[column] == uses[column][row]
            )
            assert uses["first_seen"][row] == signs_in["valid_from"][mine].min()
            last = signs_in["valid_to"][mine]
            expected = NULL_NUMBER if (last == NULL_NUMBER).any() else last.max()
            assert uses["last_seen"][row] == expected


@pytest.mark.parametrize("users", [1, 2, 5])
def test_a_tiny_world_grows_with_everything_in_it(users: int) -> None:
    graph = grow(World(users=users, days=3, investors=1.0))
    assert graph.size("user") == users
    for schema in RECIPES:
        some = graph.size(schema.name) > 0
        assert some or schema.name in {"acts", "trades", "moves"}  # nobody has to slip or to invest


def test_a_bigger_world_is_not_a_smaller_one_with_more_people() -> None:
    small, big = (grow(World(users=n, days=5, patterns={})) for n in (100, 200))
    assert (small.ids("user") == big.ids("user")[:100]).all()
    assert big.size("user") == 200
