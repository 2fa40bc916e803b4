"""Stories: everything that happened in a case or on an account, in order, and to the cent."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from graphgen import Dataset
from graphgen.cli import app, main
from graphgen.dataset import DatasetError
from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.ids import spell_id
from graphgen.pattern import Pattern
from graphgen.registry import EXPORTERS, PATTERNS
from graphgen.story import account_story, case_story
from graphgen.world import World

NAMES = ("kiting", "shared_device")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("story") / "world"
    patterns = {name: PATTERNS.load(name, Pattern)(count=2) for name in NAMES}
    world = World(users=400, days=20, patterns=patterns)
    generate(world, [EXPORTERS.load("parquet", FileExporter)(str(folder))])
    return folder


@pytest.fixture
def dataset(folder: Path) -> Dataset:
    return Dataset(folder)


def first_case(dataset: Dataset, pattern: str) -> int:
    query = f"SELECT case_id FROM \"case\" WHERE is_fraud AND pattern = '{pattern}' ORDER BY 1"
    return int(dataset.sql(query).fetchall()[0][0])


@pytest.mark.parametrize("pattern", NAMES)
def test_a_case_tells_every_event_of_it_in_the_order_of_time(
    dataset: Dataset, pattern: str
) -> None:
    case = first_case(dataset, pattern)
    story = case_story(dataset, case, 100_000)
    labelled = dataset.sql(f"SELECT count(*) FROM event_label WHERE case_id = {case}").fetchall()
    assert [(len(story.events),)] == [(story.total,)] == labelled
    assert all(one.time <= other.time for one, other in pairwise(story.events))
    assert pattern in story.facts["pattern"]
    members = dataset.sql(f"SELECT count(*) FROM member WHERE case_id = {case}").fetchall()
    assert [(len(story.members),)] == members


def test_an_account_s_amounts_lead_from_balance_to_balance(dataset: Dataset) -> None:
    case = first_case(dataset, "kiting")
    query = f"SELECT entity_id FROM member WHERE case_id = {case} AND entity = 'account' LIMIT 1"
    story = account_story(dataset, int(dataset.sql(query).fetchall()[0][0]), 100_000)
    balance = float(story.facts["opening balance"].replace(",", ""))
    booked = 0
    for event in story.events:
        assert event.amount is not None
        assert event.balance is not None
        if "declined" not in event.note:
            balance = round(balance + event.amount, 2)
            booked += 1
        assert event.balance == pytest.approx(balance, abs=0.005)
    assert booked > 10
    assert ("account", "kiting", spell_id(case, "case")) in story.members


def test_who_is_behind_a_clearing_account_is_named_in_both_stories(dataset: Dataset) -> None:
    case = first_case(dataset, "kiting")
    query = f"SELECT entity_id FROM member WHERE case_id = {case} AND entity = 'account'"
    ring = [int(row[0]) for row in dataset.sql(query).fetchall()]
    names = {spell_id(account, "account") for account in ring}
    events = case_story(dataset, case, 100_000).events
    cheques = [e for e in events if e.what == "cheque" and "return" not in e.note]
    assert cheques
    assert {name for e in cheques for name in e.text.split(" to ")} <= names
    assert any("settlement" in e.note for e in cheques)
    clearing = dataset.sql("SELECT clearing_account_id FROM bank").fetchall()
    never = {spell_id(int(row[0]), "account") for row in clearing}
    told = [e for each in ring for e in account_story(dataset, each, 100_000).events]
    partners = {e.text.rpartition(" ")[2] for e in told}
    assert not partners & never
    assert {e.text.rpartition(" ")[2] for e in told if e.what == "cheque"} >= names


def test_the_first_events_are_told_and_how_many_there_are(dataset: Dataset) -> None:
    story = case_story(dataset, first_case(dataset, "kiting"), 3)
    assert len(story.events) == 3
    assert story.total > 20


def test_what_there_is_not_is_one_line_that_names_what_there_is(dataset: Dataset) -> None:
    with pytest.raises(DatasetError, match=r"no case C1000000001; there is: C\d{10}"):
        case_story(dataset, 1_000_000_001)
    with pytest.raises(DatasetError, match=r"no account A1000000001; there is: A\d{10}"):
        account_story(dataset, 1_000_000_001)


def test_the_command_line_tells_both_in_eighty_columns_and_as_json(
    folder: Path, dataset: Dataset
) -> None:
    run = CliRunner()
    case = spell_id(first_case(dataset, "kiting"), "case")
    shown = run.invoke(app, ["case", case, "--in", str(folder)])
    assert shown.exit_code == 0, shown.output
    assert case in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 80
    told = json.loads(run.invoke(app, ["case", case, "--in", str(folder), "--json"]).stdout)
    account = next(name for role, _, name in told["members"] if role == "account")
    shown = run.invoke(app, ["account", account, "--in", str(folder), "--limit", "5"])
    assert shown.exit_code == 0, shown.output
    assert "more; --limit shows them" in shown.stdout


@pytest.mark.parametrize("command", ["case", "account"])
def test_a_folder_without_its_option_is_answered_by_how_it_is_asked(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["graphgen", command, "1", "world"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert f"graphgen {command} ID --in DATASET" in capsys.readouterr().err
