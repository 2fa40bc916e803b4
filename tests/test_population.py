import shutil
from dataclasses import replace
from functools import cache
from importlib.resources import files
from ipaddress import ip_network
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from graphgen.config import parse_world_file
from graphgen.graph import Graph
from graphgen.population import found, settle
from graphgen.population.draw import Urns, digits, distinct
from graphgen.population.identity import _plain as letters
from graphgen.population.network import kiosks
from graphgen.population.places import YEAR_MS
from graphgen.rng import stream
from graphgen.schema import NULL_NUMBER, NULL_ROW, SCHEMAS, Meaning, words
from graphgen.table import Array, Table, assert_equal
from graphgen.world import World

WORLD = World(users=3_000, patterns={})


def grown(world: World, more: int = 0) -> Graph:
    """Grow the population, and settle `more` people later, in a block of their own."""
    commerce = list(found(Graph(world).bed(), stream(world.seed, "found")))
    base = Graph(world).grow("population", commerce)
    people = list(settle(base.bed(), world.users, stream(world.seed, "settle")))
    graph = Graph(world).grow("population", [*commerce, *people])
    if more:
        later = list(settle(graph.bed(), more, stream(world.seed, "later")))
        graph = graph.grow("later", later)
    return graph


@cache
def town() -> Graph:
    return grown(WORLD, more=40)


def each(graph: Graph) -> list[Table]:
    return [graph[name] for name, schema in SCHEMAS.items() if schema.folder in {"nodes", "edges"}]


def is_type(graph: Graph, *kinds: str) -> Array:
    codes = [words.ACCOUNT_TYPES.index(kind) for kind in kinds]
    return np.isin(graph["account"]["type"], codes)


@pytest.mark.parametrize("users", [1, 2, 10, 1_000])
def test_a_world_of_any_size_has_everybody_and_no_dangling_reference(users: int) -> None:
    graph = grown(World(users=users, patterns={}))
    assert graph.size("user") == users
    for table in (*each(graph), graph["signs_in"]):
        for column in table.schema.columns:
            if column.meaning is Meaning.REF and column.refers in graph.blocks[0].tables:
                rows = table[column.name]
                lowest = NULL_ROW if column.nullable else 0
                assert rows.min(initial=0) >= lowest
                assert rows.max(initial=-1) < graph.size(column.refers)


def test_the_same_seed_gives_the_same_people() -> None:
    for one, other in zip(each(grown(WORLD)), each(grown(WORLD)), strict=True):
        assert_equal(one, other)


def test_another_seed_gives_other_people() -> None:
    other = grown(replace(WORLD, seed=8))["user"]
    same = pc.mean(
        pc.equal(_plain(other["family_name"]), _plain(grown(WORLD)["user"]["family_name"]))
    )
    assert same.as_py() < 0.05


def test_everybody_is_of_age_and_no_account_is_older_than_its_owner_of_age() -> None:
    graph = town()
    user, held = graph["user"], graph["has_account"]
    grown_up = user["birth_date"] + int(17.99 * 31_557_600_000)
    assert (grown_up <= WORLD.start_ms).all()
    assert (user["customer_since"] >= grown_up).all()
    assert (graph["account"]["opened"] < WORLD.start_ms).all()
    owner = held["role"] == words.ACCOUNT_ROLES.index("owner")
    opened = graph["account"]["opened"][held["account_id"]]
    assert (opened[owner] >= user["customer_since"][held["user_id"][owner]]).all()
    assert (held["since"] >= np.maximum(opened, user["customer_since"][held["user_id"]])).all()


def test_everybody_owns_a_checking_account_an_email_a_phone_and_a_home() -> None:
    graph = town()
    held = graph["has_account"]
    owned = held["role"] == words.ACCOUNT_ROLES.index("owner")
    checking = is_type(graph, "checking")[held["account_id"]]
    people = np.arange(graph.size("user"))
    assert (np.unique(held["user_id"][owned & checking]) == people).all()
    for edge in ("has_email", "has_phone", "lives_at"):
        now = graph[edge]["until"] == NULL_NUMBER
        who, number = np.unique(graph[edge]["user_id"][now], return_counts=True)
        assert (who == people).all()
        assert number.max() == 2
        assert 0.02 < (number == 2).mean() < 0.2


def test_the_ith_person_owns_the_ith_account_that_settling_added() -> None:
    graph = town()
    block = graph.blocks[1]
    held = block.tables["has_account"]
    first = np.searchsorted(held["account_id"], block.starts["account"])
    assert held["user_id"][first] == block.starts["user"]


def test_no_account_is_beyond_its_limit_at_the_start() -> None:
    account = town()["account"]
    limited = account["credit_limit_minor"] != NULL_NUMBER
    assert (account["opening_balance_minor"] >= -account["credit_limit_minor"])[limited].all()
    assert (limited == ~is_type(town(), "internal", "external")).all()


def test_cards_are_good_for_the_whole_of_the_world_and_for_their_account() -> None:
    for graph in (town(), grown(World(users=50, days=4_000, patterns={}))):
        card = graph["card"]
        assert (card["issued"] < graph.world.start_ms).all()
        assert (card["expires"] > graph.world.end_ms).all()
        credit = is_type(graph, "credit_card")[card["account_id"]]
        assert (credit == (card["type"] == words.CARD_TYPES.index("credit"))).all()
        held = graph["has_account"]
        holders = set(zip(held["user_id"].tolist(), held["account_id"].tolist(), strict=True))
        on_card = set(zip(card["user_id"].tolist(), card["account_id"].tolist(), strict=True))
        assert on_card <= holders


@pytest.mark.parametrize("identities", ["safe", "public"])
def test_no_two_share_an_address_or_a_number_even_when_settled_apart(identities: str) -> None:
    world = replace(WORLD, identities=identities)
    base = grown(world)
    apart = [list(settle(base.bed(), 200, stream(7, "apart", k))) for k in range(5)]
    graph = base
    for k, tables in enumerate(apart):
        graph = graph.plant(str(k), tables, base=base)
    for name, column in (("email", "address"), ("phone", "number")):
        assert pc.count_distinct(graph[name][column]).as_py() == graph.size(name)
    assert len(np.unique(graph["ip"]["address"])) == graph.size("ip")


def test_safe_identities_reach_nobody() -> None:
    graph = town()
    domains = {address.partition("@")[2] for address in graph["email"]["address"].to_pylist()}
    reserved = {"example.com", "example.org", "example.net"}
    assert all(domain in reserved or domain.endswith(".example") for domain in domains)
    assert graph["ip"]["address"].min() >= 240 << 24
    numbers = graph["phone"]["number"].to_pylist()
    assert all(number[3] == "9" or number[2:4] in {"37", "96"} for number in numbers)
    assert {len(number) for number in numbers} == {12}


def test_public_addresses_of_the_internet_lie_in_no_reserved_range() -> None:
    graph = grown(replace(WORLD, identities="public"))
    reserved = ["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"]
    reserved += ["172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3"]
    address = graph["ip"]["address"]
    for net in map(ip_network, reserved):
        inside = (address >= int(net.network_address)) & (address <= int(net.broadcast_address))
        assert not inside.any(), str(net)


def test_an_address_of_the_internet_belongs_to_the_network_that_holds_its_block() -> None:
    ip = town()["ip"]
    block = ip["address"] >> np.uint32(16)
    pairs = np.unique(np.stack([block, ip["asn"]]), axis=1)
    assert len(np.unique(pairs[0])) == pairs.shape[1]


def test_emails_are_made_of_the_names_of_those_who_use_them() -> None:
    graph = town()
    edge = graph["has_email"]
    user = graph["user"].take(edge["user_id"])
    address = graph["email"]["address"].take(pa.array(edge["email_id"]))
    names = zip(_plain(user["given_name"]), _plain(user["family_name"]), address, strict=True)
    fits = [
        given.as_py().lower() in local.as_py() or family.as_py().lower() in local.as_py()
        for given, family, local in names
    ]
    assert np.mean(fits) > 0.97  # a few couples share the address of one of them


def test_devices_and_addresses_are_shared_as_honest_people_share_them() -> None:
    graph = town()
    devices = np.bincount(graph["uses_device"]["user_id"])
    assert 0.58 < (devices == 1).mean() < 0.74
    users = np.bincount(graph["uses_device"]["device_id"])
    assert 0.90 < (users == 1).mean() < 0.97
    assert users[: kiosks(WORLD.users)].mean() > 8
    kinds = graph["ip"]["kind"][graph["uses_ip"]["ip_id"]]
    behind = np.bincount(graph["uses_ip"]["ip_id"])
    assert behind[graph["ip"]["kind"] == words.IP_KINDS.index("mobile")].mean() > 100
    at_home = graph["ip"]["kind"] == words.IP_KINDS.index("home")
    assert np.quantile(behind[at_home], 0.95) <= 4
    assert 0.002 < (behind[at_home] >= 12).mean() < 0.02
    vpn = graph["uses_ip"]["user_id"][kinds == words.IP_KINDS.index("vpn")]
    assert 0.03 < len(np.unique(vpn)) / graph.size("user") < 0.07


def test_people_come_and_go_behind_addresses_of_every_kind_but_offices() -> None:
    uses, kinds = (graph := grown(replace(WORLD, days=90)))["uses_ip"], words.IP_KINDS
    ended = uses["last_seen"] != NULL_NUMBER
    assert np.mean(np.bincount(uses["user_id"], ended) > 0) > 0.4
    kind = graph["ip"]["kind"][uses["ip_id"]]
    for word, least in (("mobile", 0.25), ("public", 0.25), ("vpn", 0.4), ("home", 0.05)):
        assert ended[kind == kinds.index(word)].mean() > least
    assert (uses["last_seen"][ended] > graph.world.start_ms).all()


def test_nothing_was_used_before_it_was_made() -> None:
    graph = town()
    assert graph["uses_device"]["first_seen"].min() >= WORLD.start_ms - 5 * YEAR_MS


def test_letters_that_english_lacks_are_spelled_out() -> None:
    assert letters("Süßebier") == "sussebier"


def test_a_kiosk_looks_like_other_devices() -> None:
    device = town()["device"]
    mine = np.arange(len(device)) < kiosks(WORLD.users)
    for column in ("user_agent", "os"):
        shown = set(_plain(device[column]).filter(pa.array(mine)).to_pylist())
        assert shown <= set(_plain(device[column]).filter(pa.array(~mine)).to_pylist())
    assert set(device["type"][mine]) <= set(device["type"][~mine])


def test_habits_of_signing_in_are_sorted_open_for_a_while_and_add_up_to_the_published_rate() -> (
    None
):
    graph = town()
    habit = graph.blocks[0].tables["signs_in"]
    key = habit["user_id"].astype(np.int64) << 32 | habit["device_id"]
    assert (np.diff(key) >= 0).all()
    closed = habit["valid_to"] != NULL_NUMBER
    assert (habit["valid_from"] < habit["valid_to"])[closed].all()
    began = habit["valid_from"] < WORLD.start_ms
    rate = np.bincount(habit["user_id"][began], habit["rate"][began])
    assert rate.mean() == pytest.approx(0.85, rel=0.1)
    assert np.bincount(habit["user_id"][began]).min() >= 2


def test_what_changes_within_the_days_changes_from_one_moment_to_the_next() -> None:
    graph = grown(replace(WORLD, days=365))
    for edge, yearly in (("has_email", 0.18), ("has_phone", 0.14), ("lives_at", 0.12)):
        table = graph[edge]
        ended = table["until"] != NULL_NUMBER
        began = table["since"] >= WORLD.start_ms
        assert sorted(table["until"][ended]) == sorted(table["since"][began])
        assert ended.sum() / WORLD.users == pytest.approx(yearly, rel=0.35)
        assert (table["since"][began] < graph.world.end_ms).all()


def test_nothing_changes_in_a_world_without_days() -> None:
    graph = grown(replace(WORLD, days=0))
    for edge in ("has_email", "has_phone", "lives_at"):
        assert (graph[edge]["until"] == NULL_NUMBER).all()
    assert (graph["signs_in"]["valid_to"] == NULL_NUMBER).all()


def test_pairs_that_know_each_other_come_once_and_nobody_knows_himself() -> None:
    knows = town()["knows"]
    assert (knows["user_id"] < knows["other_user_id"]).all()
    pair = knows["user_id"].astype(np.int64) << 32 | knows["other_user_id"]
    assert len(np.unique(pair)) == len(pair)


def test_those_who_settle_later_know_people_who_were_there() -> None:
    graph = town()
    pairs = graph.blocks[1].tables["knows"]
    first = graph.blocks[1].starts["user"]
    across = (pairs["user_id"] < first) & (pairs["other_user_id"] >= first)
    assert len(np.unique(pairs["other_user_id"][across])) > 25
    assert not ((pairs["user_id"] < first) & (pairs["other_user_id"] < first)).any()


def test_an_employer_can_pay_two_months_of_wages() -> None:
    graph = town()
    works = graph["employed_by"]
    monthly = np.bincount(
        works["employer_id"],
        graph["user"]["income_minor"][works["user_id"]] / 12,
        graph.size("employer"),
    )
    have = graph["account"]["opening_balance_minor"][graph["employer"]["account_id"]]
    assert (have >= 2 * monthly).mean() > 0.95


def test_times_tell_nothing_below_the_second() -> None:
    graph = town()
    for table in each(graph):
        for column in table.schema.columns:
            dates = column.name in {"birth_date", "issued", "expires"}
            if column.meaning is Meaning.TIME and not dates and table.name != "case":
                known = table[column.name][table[column.name] != NULL_NUMBER]
                if len(known) > 1_000:
                    assert abs((known % 1_000).mean() - 499.5) < 40, (table.name, column.name)


def test_a_second_region_needs_no_code(tmp_path: Path) -> None:
    here = tmp_path / "elsewhere"
    shutil.copytree(str(files("graphgen.regions") / "us"), here)
    text = (here / "region.toml").read_text()
    for old, new in (
        ('country = "US"\ncurrency = "USD"', 'country = "FR"\ncurrency = "EUR"'),
        ('faker_locale = "en_US"', 'faker_locale = "fr_FR"'),
        ('"{number} {name} {suffix}"', '"{number}, {suffix} {name}"'),
        ('"{prefix}##"', '"{prefix}-##-##"'),
        ('"{street} Apt {unit}"', '"Apt {unit}, {street}"'),
    ):
        assert old in text
        text = text.replace(old, new)
    (here / "region.toml").write_text(text)
    (here / "cities.csv").write_text(
        '"city","state","latitude","longitude","time_zone","population","postal_prefix",'
        '"income_index"\n"Ville","IDF",48.85,2.35,"Europe/Paris",100000,"75",1.0\n'
        '"Bourg","BRE",48.11,-1.68,"Europe/Paris",50000,"35",0.9\n'
    )
    graph = grown(World(users=200, region=str(here), patterns={}))
    assert set(graph["account"]["currency"].to_pylist()) == {"EUR"}
    assert set(graph["address"]["city"].to_pylist()) == {"Ville", "Bourg"}
    assert all(code[2] == code[5] == "-" for code in graph["address"]["postal_code"].to_pylist())
    assert "," in graph["address"]["street"][0].as_py()
    assert parse_world_file(f"region: {here}").world == World(region=str(here))


def test_what_a_region_does_not_say_is_one_line_that_names_it(tmp_path: Path) -> None:
    here = tmp_path / "elsewhere"
    shutil.copytree(str(files("graphgen.regions") / "us"), here)
    text = (here / "region.toml").read_text()
    (here / "region.toml").write_text(
        "\n".join(line for line in text.splitlines() if not line.startswith("friends_known"))
    )
    with pytest.raises(ValueError, match=r"region\.toml: people: there is no 'friends_known'"):
        World(users=50, region=str(here), patterns={}).graph()


def test_a_draw_follows_the_weights_of_its_group() -> None:
    urns = Urns.of(np.array([1, 0, 1, 3]), np.array([1.0, 2.0, 3.0, 5.0]), 4)
    drawn = urns.draw(stream(1), np.array([0, 1, 2, 3] * 5_000))
    assert set(drawn[0::4]) == {1}
    assert set(drawn[2::4]) == {-1}
    assert set(drawn[3::4]) == {3}
    assert (drawn[1::4] == 2).mean() == pytest.approx(0.75, abs=0.03)


def test_numbers_drawn_as_distinct_are() -> None:
    taken = distinct(stream(1), 7, "things", 1_000, 400, np.zeros(0, np.int64))
    more = distinct(stream(2), 7, "things", 1_000, 50, taken)
    assert len(np.unique(np.concatenate((taken, more)))) == 450
    assert max(taken.max(), more.max()) < 1_000


def test_more_distinct_numbers_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="things: 600 are needed, the region has 1,000"):
        distinct(stream(1), 7, "things", 1_000, 600, np.zeros(0, np.int64))


def test_digits_keep_leading_zeros() -> None:
    assert digits(np.array([0, 7, 1_234]), 4).to_pylist() == ["0000", "0007", "1234"]


def _plain(column: pa.Array) -> pa.Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
