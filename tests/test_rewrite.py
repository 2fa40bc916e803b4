"""A model may write the texts of a dataset, and nothing else of it.

What answers here is a small HTTP server of the test's own that speaks as OpenAI's does, and as
badly as a test asks it to: it stands for a paid service, and shows nothing about any real one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphgen.cli import main
from graphgen.dataset import Dataset, DatasetError
from graphgen.exporter import FileExporter, IdForm
from graphgen.folder import OWN
from graphgen.generate import generate
from graphgen.lock import FolderLock
from graphgen.registry import EXPORTERS
from graphgen.rewrite import ChatError, Summary, rewrite
from graphgen.rewrite.chat import Chat
from graphgen.rewrite.facts import Facts
from graphgen.rewrite.reply import Reply
from graphgen.rewrite.texts import pieces
from graphgen.run_record import Labels
from graphgen.stage import StoreError
from graphgen.store import tidied
from graphgen.verify import verify
from graphgen.world import World

WORLD = World(users=5, days=2, patterns={}, walks=("news", "price"))
KEY = "sk-never-written-down"
TEXTS = ("title", "content")
Asked = dict[str, Any]
"""What a request says of its piece."""
Said = tuple[int, dict[str, str], bytes]
"""A status, headers and a body."""


def rest(asked: Asked) -> str:
    """Give words that no other piece has."""
    return "".join(chr(97 + byte % 26) for byte in asked["content"].encode()[::5])


def texts(asked: Asked) -> dict[str, str]:
    """Write a piece in other words, as a model should."""
    return {
        "title": f"{asked['title']}, in {rest(asked)[:9]}",
        "content": f"In {rest(asked)} it is told: {asked['content']}",
    }


def completion(said: object, ended: str = "stop", **message: object) -> Said:
    """Answer as a model does."""
    choice = {"message": {"role": "assistant", "content": said, **message}, "finish_reason": ended}
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    return 200, {}, json.dumps({"choices": [choice], "usage": usage}).encode()


def good(asked: Asked) -> Said:
    return completion(json.dumps(texts(asked)))


def error(status: int, said: str, code: str = "", **headers: str) -> Said:
    return status, headers, json.dumps({"error": {"message": said, "code": code}}).encode()


@dataclass
class Server:
    """An endpoint: `reply` says what it answers to the n-th request, from 0 on, about a piece."""

    url: str = ""
    reply: Callable[[Asked, int], Said] = lambda asked, _: good(asked)
    models: Said = (404, {}, b"")
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    """The titles of pieces that were answered with status 200."""
    slowness: float = 0.0
    """Seconds between the bytes of a body."""
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def asked(self, n: int) -> Asked:
        """Give what the n-th request said of its piece."""
        told: Asked = json.loads(self.bodies[n]["messages"][1]["content"].partition("\n\n")[0])
        return told


def handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self.put(server.models if self.path == "/v1/models" else error(404, "no such page"))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if self.path != "/v1/chat/completions":
                self.put(error(404, "no such page"))
                return
            with server.lock:
                number = len(server.bodies)
                server.bodies.append(body)
                server.keys.append(self.headers.get("authorization"))
                server.at_once += 1
                server.most_at_once = max(server.most_at_once, server.at_once)
            asked = server.asked(number)
            try:
                said = server.reply(asked, number)
            finally:
                with server.lock:
                    server.at_once -= 1
            if said[0] == 200:
                server.answered.append(asked["title"])
            self.put(said)

        def put(self, said: Said) -> None:
            status, headers, body = said
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            with suppress(ConnectionError):  # who asked may be gone
                self.end_headers()
                if not server.slowness:
                    self.wfile.write(body)
                    return
                for place in range(len(body)):
                    self.wfile.write(body[place : place + 1])
                    time.sleep(server.slowness)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            pass

    return Handler


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("OPENAI_API_KEY", "GRAPHGEN_LLM_KEY", "HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    made = Server()
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(made)) as http:
        http.daemon_threads = True
        made.url = f"http://127.0.0.1:{http.server_address[1]}/v1"
        thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield made
        http.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Give the folder of the world, written in some form."""
    made: dict[tuple[str, str, str], Path] = {}

    def folder(form: str = "jsonl", ids: IdForm = "int", labels: Labels = "apart") -> Path:
        if (form, ids, labels) not in made:
            path = tmp_path_factory.mktemp("written") / "world"
            exporter = EXPORTERS.load(form, FileExporter)(str(path), ids=ids)
            generate(WORLD, [exporter], labels=labels, command="graphgen generate")
            made[form, ids, labels] = path
        return made[form, ids, labels]

    return folder


@pytest.fixture
def world(written: Callable[..., Path], tmp_path: Path) -> Path:
    """Give a copy of the world as JSON lines: it is read fastest."""
    return Path(shutil.copytree(written(), tmp_path / "world"))


def count(path: Path) -> int:
    return len(list(pieces(Dataset(path))))


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def told(path: Path) -> dict[tuple[str, int], tuple[str, str]]:
    return {piece.key: (piece.text.title, piece.text.content) for piece in pieces(Dataset(path))}


def broken(path: Path) -> list[str]:
    return [f"{check.name}: {check.detail}" for check in verify(path) if not check.ok]


FORMS = [
    ("parquet", "int", "apart"),
    ("parquet", "text", "inline"),
    ("csv", "int", "apart"),
    ("csv", "int", "inline"),
    ("jsonl", "int", "apart"),
    ("jsonl", "int", "inline"),
]


@pytest.mark.parametrize(("form", "ids", "labels"), FORMS)
def test_titles_and_contents_change_and_nothing_else_does(
    form: str,
    ids: str,
    labels: str,
    written: Callable[..., Path],
    tmp_path: Path,
    server: Server,
) -> None:
    first = written(form, ids, labels)
    path = Path(shutil.copytree(first, tmp_path / "world"))
    summary = rewrite(path, server.url, "writer-1", key=KEY)
    assert summary.written == summary.pieces == summary.by["writer-1"] == count(path) > 10
    assert (summary.prompt_tokens, summary.requests) == (100 * summary.pieces, summary.pieces)
    before, after = Dataset(first), Dataset(path)
    for table in ("news", "report"):
        one, other = before[table], after[table]
        assert other.schema.equals(one.schema, check_metadata=True)
        assert other.drop_columns(TEXTS).equals(one.drop_columns(TEXTS))
        for name in TEXTS:
            both = zip(one[name].to_pylist(), other[name].to_pylist(), strict=True)
            assert all(now != was and was in now for was, now in both)
    was, now = files(first), files(path)
    changed = {name for name in now if now[name] != was.get(name)}
    of_texts = {
        name for name, told in before.run["files"].items()
        if re.match("events/(news|report)/", name) and told["rows"]
    }  # fmt: skip
    assert changed == of_texts | {"run.json", "README.md", "texts.jsonl"}
    assert broken(path) == []


def test_a_dataset_says_who_wrote_its_texts_and_not_with_which_key(
    world: Path, server: Server
) -> None:
    rewrite(world, server.url, "org/writer:1", key=KEY, limit=3)
    said = {**Dataset(world).run["texts"]}
    assert said == {"by": {"org/writer:1": 3}, "pieces": count(world), "file": "texts.jsonl"}
    assert f"org/writer:1 (3). `{said['file']}`" in (world / "README.md").read_text()
    lines = list(map(json.loads, (world / "texts.jsonl").read_text().splitlines()))
    assert [line["model"] for line in lines] == ["org/writer:1"] * 3
    assert server.keys == [f"Bearer {KEY}"] * 3
    assert not any(KEY.encode() in body for body in files(world).values())


def test_a_model_is_told_nothing_that_a_reader_of_the_news_does_not_know(
    written: Callable[..., Path], tmp_path: Path, server: Server
) -> None:
    path = Path(shutil.copytree(written("jsonl", "int", "inline"), tmp_path / "world"))
    rewrite(path, server.url, "writer-1", settings={"temperature": 0.5})
    assert server.keys == [None] * count(path)
    for number, body in enumerate(server.bodies):
        assert set(body) == {"model", "messages", "temperature"}
        assert set(server.asked(number)) == {
            "kind", "title", "content", "keep_in_title", "keep_in_content",
        }  # fmt: skip


def changed(**columns: Callable[[str], str]) -> Callable[[Asked], Said]:
    """Answer as asked, but for some columns."""
    return lambda asked: completion(
        json.dumps({n: columns.get(n, str)(text) for n, text in texts(asked).items()})
    )


def raw(said: object, ended: str = "stop", **message: object) -> Callable[[Asked], Said]:
    return lambda _: completion(said, ended, **message)


def without(fact: str) -> Callable[[str], str]:
    return lambda text: re.sub(fact, "", text)


def adding(said: str) -> Callable[[str], str]:
    return lambda text: f"{text} {said}"


FORM, FACT = "it was not in the form asked for", "a fact is missing"
NEW, ODD = "a fact is invented", "it had strange characters"
MARKUP, LONG = "it had markup or links", "it was too short or too long"
UNUSABLE: dict[str, tuple[Callable[[Asked], Said], str]] = {
    "nothing": (raw(""), "it was empty"),
    "blanks": (raw(" \n\t "), "it was empty"),
    "null": (raw(None), "it was empty"),
    "parts": (raw([{"type": "text", "text": "hello"}]), "it was empty"),
    "no JSON": (raw("Here is the news: all is well."), FORM),
    "a list": (raw("[1, 2]"), FORM),
    "half": (raw('{"title": "One", "content": "Two and'), FORM),
    "one column": (raw('{"title": "Only a title"}'), FORM),
    "numbers": (raw('{"title": 5, "content": 6}'), FORM),
    "brackets": (raw("[" * 100_000), FORM),
    "cut short": (raw('{"title": "A"}', "length"), "it was cut short"),
    "filtered": (raw("", "content_filter"), "it was a refusal"),
    "refused": (raw(None, refusal="I will not."), "it was a refusal"),
    "in words": (raw("I'm sorry, but I cannot help with that."), "it was a refusal"),
    "inside": (changed(content=adding("As an AI, I have no opinion.")), "it was a refusal"),
    "no completion": (lambda _: (200, {}, b"<html>busy</html>"), "it was no chat completion"),
    "bad bytes": (lambda _: (200, {}, b"\xff\xfe{"), "it was no chat completion"),
    "too large": (lambda _: completion("x" * (2 << 20)), "it was no chat completion"),
    "empty title": (changed(title=lambda _: " "), "it was empty"),
    "long": (changed(content=adding("and on " * 300)), LONG),
    "short": (changed(title=lambda _: "Hm"), LONG),
    "control": (changed(content=adding("\x1b[31m red")), ODD),
    "nul": (changed(title=adding("\x00")), ODD),
    "direction": (changed(title=adding("\u202etxt")), ODD),
    "surrogate": (changed(title=adding("\ud800")), ODD),
    "fraction": (changed(content=adding("and \u00bd more")), ODD),
    "link": (changed(content=adding("See https://example.org/more")), MARKUP),
    "bold": (changed(content=adding("**Buy!**")), MARKUP),
    "script": (changed(title=adding("<script>")), MARKUP),
    "formula": (changed(title=lambda text: f"=1{text}"), MARKUP),
    "no number": (changed(content=without(r"\d")), FACT),
    "no name": (changed(title=without("[A-Z][a-z]+")), FACT),
    "another number": (changed(content=adding("Some 417 came.")), NEW),
    "a number in words": (changed(content=adding("It fell by thirty.")), NEW),
    "another day": (changed(content=adding("It was a day in December.")), NEW),
    "another firm": (changed(content=adding("So did Treasury 3.625% 2027.")), NEW),
    "another symbol": (changed(title=adding("and UST003")), NEW),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_an_answer_that_cannot_be_used_is_asked_for_again_and_then_the_grammar_s_words_stay(
    what: str, world: Path, server: Server
) -> None:
    bad, why = UNUSABLE[what]
    chosen = next(
        piece
        for piece in pieces(Dataset(world))
        if re.search("[A-Z][a-z]+ [A-Z]", piece.text.title) and re.search(r"\d", piece.text.content)
    )
    mine = chosen.text.title
    server.reply = lambda asked, _: bad(asked) if asked["title"] == mine else good(asked)
    before = told(world)
    summary = rewrite(world, server.url, "writer-1", tries=2)
    assert dict(summary.kept) == {why: 1}
    assert summary.requests == summary.pieces + 1
    after = told(world)
    assert [key for key in after if after[key] == before[key]] == [chosen.key]
    again = [body["messages"][1]["content"] for body in server.bodies
             if server.asked(server.bodies.index(body))["title"] == mine]  # fmt: skip
    assert ["Your last answer could not be used" in text for text in again] == [False, True]


def test_a_piece_that_no_answer_could_be_used_for_can_be_asked_for_again_later(
    world: Path, server: Server
) -> None:
    first = next(pieces(Dataset(world))).text.title
    server.reply = lambda asked, _: raw("no")(asked) if asked["title"] == first else good(asked)
    assert dict(rewrite(world, server.url, "writer-1").kept) == {FORM: 1}
    server.reply = lambda asked, _: good(asked)
    assert rewrite(world, server.url, "writer-1").requests == 1
    assert broken(world) == []


def test_an_answer_may_be_fenced_and_thought_over(world: Path, server: Server) -> None:
    server.reply = lambda asked, _: completion(
        f"<think>7 or 8?\n</think>\n```json\n{json.dumps(texts(asked))}\n```"
    )
    assert rewrite(world, server.url, "writer-1").written == count(world)


def test_blanks_and_line_ends_become_single_blanks(world: Path, server: Server) -> None:
    server.reply = lambda asked, _: changed(content=adding("\r\n\u2028\u00a0 So it is.\x85"))(asked)
    rewrite(world, server.url, "writer-1")
    assert all(content.endswith(" So it is.") for _, content in told(world).values())


def test_no_two_pieces_become_alike(world: Path, server: Server) -> None:
    def reply(asked: Asked, _: int) -> Said:
        facts = ", ".join(asked["keep_in_content"])
        same = f"This is what there is to say about it on the day, and no more: {facts}."
        return completion(json.dumps({"title": texts(asked)["title"], "content": same}))

    server.reply = reply
    summary = rewrite(world, server.url, "writer-1", tries=1, concurrency=1)
    assert dict(summary.by) == {"writer-1": 1}
    assert dict(summary.kept) == {"it was like another": summary.pieces - 1}
    found = told(world).values()
    assert len({content for _, content in found}) == len(found)


def test_no_two_pieces_get_one_title(world: Path, server: Server) -> None:
    titles = [title for title, _ in told(world).values()]

    def reply(asked: Asked, _: int) -> Said:
        said = texts(asked) | {"title": titles[(titles.index(asked["title"]) + 1) % len(titles)]}
        return completion(json.dumps(said))

    server.reply = reply
    with pytest.raises(ChatError, match="no answer could be used"):
        rewrite(world, server.url, "writer-1", tries=1)


def test_the_grammar_s_own_words_are_no_other_words(world: Path, server: Server) -> None:
    server.reply = lambda asked, _: completion(json.dumps({n: asked[n] for n in TEXTS}))
    before = files(world)
    with pytest.raises(ChatError, match="mostly, it was like another"):
        rewrite(world, server.url, "writer-1", tries=1)
    assert files(world) == before


def test_a_model_that_cannot_do_it_is_not_paid_on(world: Path, server: Server) -> None:
    server.reply = lambda *_: completion("no")
    before = files(world)
    with pytest.raises(ChatError, match="writer-1: no answer could be used, of 10 pieces") as wrong:
        rewrite(world, server.url, "writer-1", tries=2, concurrency=3)
    assert "\n" not in str(wrong.value)
    assert 10 * 2 <= len(server.bodies) <= (10 + 3) * 2
    assert files(world) == before


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note the pauses that a request takes, and take none."""
    taken: list[float] = []
    monkeypatch.setattr(Chat, "_pause", lambda _, seconds: taken.append(seconds))
    return taken


def ask(server: Server, timeout: float = 60.0) -> str:
    asked = {"title": "A title", "content": "Some content"}
    messages = [{"role": "user", "content": ""}, {"role": "user", "content": json.dumps(asked)}]
    with Chat(server.url, "writer-1", timeout=timeout) as chat:
        return chat.answer(messages, np.random.default_rng(1)).text


def test_a_busy_endpoint_is_left_alone_for_as_long_as_it_asks(
    server: Server, pauses: list[float]
) -> None:
    said = [error(429, "slow down", Retry_After="7"), error(503, "busy", Retry_After="11")]
    server.reply = lambda asked, n: said[n] if n < 2 else good(asked)
    assert ask(server)
    # before each request as long as anybody was asked to wait, after a failure as long as this one
    first, seven, _, eleven, _ = pauses
    assert first < 0
    assert 7 <= seven < 8.1
    assert 11 <= eleven < 12.1


def test_what_one_request_is_asked_to_wait_all_wait(server: Server, pauses: list[float]) -> None:
    server.reply = lambda asked, n: error(429, "slow", Retry_After="50") if n == 0 else good(asked)
    with Chat(server.url, "writer-1") as chat:
        for _ in range(2):
            body = [{"role": "user", "content": ""}, {"role": "user", "content": '{"title": ""}'}]
            server.asked = lambda _: {"title": "a", "content": "b"}  # type: ignore[method-assign]
            chat.answer(body, np.random.default_rng(1))
    assert 40 < pauses[-1] <= 50


def test_pauses_grow_and_are_never_twice_the_same(server: Server, pauses: list[float]) -> None:
    server.reply = lambda asked, n: error(500, "oops") if n < 5 else good(asked)
    assert ask(server)
    drawn = [pause for pause in pauses if pause > 0]
    assert len(set(drawn)) == 5
    assert all(0.5 * 2**n <= pause <= 1.5 * 2**n for n, pause in enumerate(drawn))


def test_an_endpoint_that_stays_out_of_order_is_given_up(
    server: Server, pauses: list[float]
) -> None:
    server.reply = lambda *_: error(502, "bad\ngateway")
    with pytest.raises(ChatError, match="HTTP 502: bad gateway, 6 times in a row"):
        ask(server)
    assert len(server.bodies) == 6
    assert len([pause for pause in pauses if pause > 0]) == 5


def test_an_endpoint_that_asks_for_an_hour_is_given_up(server: Server) -> None:
    server.reply = lambda *_: error(429, "quota of the day", Retry_After="3600")
    with pytest.raises(ChatError, match="quota of the day; it asks to wait for 3,600 s"):
        ask(server)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "20"}, 20.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        (
            {
                "retry-after": "Wed, 21 Oct 2026 07:28:30 GMT",
                "date": "Wed, 21 Oct 2026 07:28:00 GMT",
            },
            30.0,
        ),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert Reply(429, headers, b"").retry_after() == seconds


def test_an_endpoint_that_never_ends_its_answer_is_not_waited_for(server: Server) -> None:
    server.slowness = 0.02
    server.reply = lambda *_: completion("on and on " * 1_000)
    with pytest.raises(ChatError, match=r"no answer within 0\.2 s"):
        ask(server, timeout=0.2)


def test_an_endpoint_that_does_not_answer_is_not_waited_for(server: Server) -> None:
    done = threading.Event()

    def reply(*_: object) -> Said:
        done.wait(30)
        return completion("late")

    server.reply = reply
    with pytest.raises(ChatError, match=r"no answer within 0\.2 s"):
        ask(server, timeout=0.2)
    done.set()


def test_no_more_requests_run_at_once_than_asked_for_and_the_first_runs_alone(
    world: Path, server: Server
) -> None:
    three, at_first = threading.Event(), []

    def reply(asked: Asked, n: int) -> Said:
        if n == 0:
            at_first.append(server.most_at_once)
        elif server.at_once >= 3:
            three.set()
        if n:
            three.wait(20)
        return good(asked)

    server.reply = reply
    rewrite(world, server.url, "writer-1", concurrency=3)
    assert at_first == [1]
    assert server.most_at_once == 3


def test_a_limit_is_what_is_paid_for_and_the_rest_can_follow(world: Path, server: Server) -> None:
    whole = count(world)
    grammar = told(world)
    first = rewrite(world, server.url, "writer-1", limit=4)
    assert (first.written, first.left, len(server.bodies)) == (4, whole - 4, 4)
    some = told(world)
    assert [some[key] != grammar[key] for key in grammar] == [True] * 4 + [False] * (whole - 4)
    assert broken(world) == []
    second = rewrite(world, server.url, "writer-2")
    assert (second.written, second.left, len(server.bodies)) == (whole - 4, 0, whole)
    assert dict(second.by) == {"writer-1": 4, "writer-2": whole - 4}
    assert {key: told(world)[key] for key in list(some)[:4]} == dict(list(some.items())[:4])
    before = files(world)
    third = rewrite(world, server.url, "writer-1")
    assert (third.written, third.requests) == (0, 0)
    assert files(world) == before
    assert broken(world) == []


def test_the_same_world_made_again_gets_the_same_texts_for_nothing(
    world: Path, server: Server
) -> None:
    rewrite(world, server.url, "writer-1")
    before, paid = files(world), len(server.bodies)
    exporter = EXPORTERS.load("jsonl", FileExporter)(str(world))
    generate(WORLD, [exporter], force=True, command="graphgen generate")
    assert "texts" not in Dataset(world).run
    summary = rewrite(world, server.url, "writer-1")
    assert (summary.recalled, summary.written, len(server.bodies)) == (summary.pieces, 0, paid)
    assert files(world) == before


def test_what_stands_in_the_record_is_looked_at_like_an_answer(world: Path, server: Server) -> None:
    rewrite(world, server.url, "writer-1")
    record = world / "texts.jsonl"
    lines = list(map(json.loads, record.read_text().splitlines()))
    exporter = EXPORTERS.load("jsonl", FileExporter)(str(world))
    generate(WORLD, [exporter], force=True, command="graphgen generate")
    lines[0]["now"]["content"] += " And 99 more."
    lines[1]["now"]["title"] += "\x1b[2J"
    record.write_text("".join(json.dumps(line) + "\n" for line in lines))
    summary = rewrite(world, server.url, "writer-1")
    assert (summary.recalled, summary.written) == (summary.pieces - 2, 2)
    assert broken(world) == []


# the command line


class Typed:
    """Types `graphgen rewrite`, and gives its exit code, stdout and stderr."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch

    def __call__(self, *typed: str | Path) -> tuple[int, str, str]:
        """Type it."""
        self.monkeypatch.setattr(sys, "argv", ["graphgen", "rewrite", *map(str, typed)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self.capsys.readouterr()
        return int(ended.value.code or 0), out, err


@pytest.fixture
def typed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, server: Server
) -> Typed:
    assert server.url  # its environment has no key
    return Typed(capsys, monkeypatch)


def test_rewrite_says_what_it_did(typed: Typed, world: Path, server: Server) -> None:
    whole = count(world)
    code, out, err = typed(world, "--llm", server.url, "--model", "writer-1", "--limit", "2")
    assert (code, err) == (0, "")
    assert re.search(r"written by writer-1 +2\n", out)
    assert "2 written now, 0 paid for before; 2 requests, 200 tokens read and 20 written" in out
    code, out, err = typed(world, "--llm", server.url, "--model", "writer-1", "--json")
    assert (code, err) == (0, "")
    said = json.loads(out)
    assert set(said) == {field.name for field in Summary.__dataclass_fields__.values()}
    assert (said["pieces"], said["written"], said["by"]) == (whole, whole - 2, {"writer-1": whole})
    assert typed(world, "--llm", server.url, "--model", "writer-1", "--quiet") == (0, "", "")


def test_the_key_comes_from_the_environment(
    typed: Typed, world: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = (world, "--llm", server.url, "--model", "writer-1", "--limit", "1", "--quiet")
    for name, value in (("OPENAI_API_KEY", "one"), ("GRAPHGEN_LLM_KEY", "two\n")):
        monkeypatch.setenv(name, value)
        assert typed(*call)[0] == 0
    monkeypatch.setenv("GRAPHGEN_LLM_KEY", "")
    assert typed(*call)[0] == 0
    assert server.keys == ["Bearer one", "Bearer two", None]


def test_what_is_asked_on_this_machine_goes_through_no_proxy(
    world: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert rewrite(world, server.url, "writer-1", key=KEY, limit=1).written == 1


def test_more_keys_of_a_request_can_be_set(typed: Typed, world: Path, server: Server) -> None:
    more = ("--set", "temperature=0.3", "--set", "reasoning={effort: low}")
    typed(world, "--llm", server.url, "--model", "writer-1", "--limit", "1", *more)
    [body] = server.bodies
    assert (body["temperature"], body["reasoning"]) == (0.3, {"effort": "low"})


MODELS = (200, {}, json.dumps({"data": [{"id": "writer-1"}, {"id": "thinker"}]}).encode())
WRONG: dict[str, tuple[Said, list[str], str]] = {
    "a wrong key": (
        error(401, f"Incorrect API key: {KEY}", "invalid_api_key"), [],
        "refuses the key (HTTP 401: Incorrect API key: ...); GRAPHGEN_LLM_KEY or OPENAI_API_KEY",
    ),
    "a forbidden model": (error(403, "not for you"), [], "(HTTP 403: not for you)"),
    "a model that is not there": (
        error(404, "The model does not exist", "model_not_found"), ["--model", "writer-2"],
        "no model called 'writer-2'; did you mean writer-1? there is: thinker, writer-1",
    ),
    "no money": (error(429, "You have no credit", "insufficient_quota"), [], "You have no credit"),
    "a strange parameter": (error(400, "no such thing: top"), [], "HTTP 400: no such thing: top"),
    "a web site": ((200, {}, b"<html>Hello</html>"), [], "answers with no chat completion; is it"),
    "another place": (
        (301, {"Location": "https://example.org/v1"}, b""), [],
        "HTTP 301, moved to https://example.org/v1; give the address that answers",
    ),
    "an error that is none": (
        (200, {}, b'{"error": {"message": "upstream is gone"}}'), [], "upstream is gone"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_an_endpoint_that_will_not_answer_is_one_line_and_changes_nothing(
    what: str, typed: Typed, world: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, words, line = WRONG[what]
    server.reply, server.models = lambda *_: said, MODELS
    monkeypatch.setenv("GRAPHGEN_LLM_KEY", KEY)
    before = files(world)
    code, out, err = typed(world, "--llm", server.url, "--model", "writer-1", *words)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {server.url}: ")
    assert line in err
    assert err.count("\n") == 1
    assert KEY not in err
    assert len(server.bodies) == 1
    assert files(world) == before


ADDRESSES = [
    ("http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1: cannot be reached: "),
    ("http://nowhere.invalid/v1", "http://nowhere.invalid/v1: "),
    ("ftp://127.0.0.1/v1", "'ftp://127.0.0.1/v1' is no address as https://host/v1"),
    ("api.example.org/v1", "'api.example.org/v1' is no address as https://host/v1"),
    ("https://host:99999/v1", "'https://host:99999/v1' is no address as https://host/v1"),
    ("https://me:secret@host/v1", "https://host: the address has more than host and path; a key"),
    ("https://host/v1?key=secret", "https://host: the address has more than host and path; a key"),
]


@pytest.mark.parametrize(("address", "line"), ADDRESSES)
def test_an_address_that_cannot_be_asked_is_one_line(
    address: str, line: str, typed: Typed, world: Path
) -> None:
    before = files(world)
    code, out, err = typed(world, "--llm", address, "--model", "writer-1")
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {line}")
    assert err.count("\n") == 1
    assert "secret" not in err
    assert files(world) == before


def test_a_key_never_travels_unencrypted(
    typed: Typed, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    code, _, err = typed(world, "--llm", "http://api.example.org/v1", "--model", "writer-1")
    assert code == 2
    assert "the key would travel unencrypted; give an https address" in err
    monkeypatch.setenv("OPENAI_API_KEY", "sk\x07")
    code, _, err = typed(world, "--llm", "http://127.0.0.1/v1", "--model", "writer-1")
    assert (code, err.count("\n")) == (2, 1)
    assert "has strange characters" in err


REQUESTS = [
    (["nowhere"], "nowhere: no dataset; "),
    (["world", "--concurrency", "0"], "Invalid value '0' for '--concurrency'"),
    (["world", "--tries", "0"], "Invalid value '0' for '--tries'"),
    (["world", "--limit", "-1"], "Invalid value '-1' for '--limit'"),
    (["world", "--set", "model=x"], "--set model: is not to be set; --model says which model"),
    (["world", "--set", "temperature"], "--set temperature: not KEY=VALUE"),
    (["world", "--model", "a\x1bb"], "is no name of a model"),
]


@pytest.mark.parametrize(("words", "line"), REQUESTS)
def test_a_wrong_request_is_one_line(
    words: list[str],
    line: str,
    typed: Typed,
    world: Path,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(world.parent)
    before = files(world)
    code, out, err = typed("--llm", server.url, "--model", "writer-1", *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert line in err
    assert server.bodies == []
    assert files(world) == before


def test_httpx_is_asked_for_only_where_it_is_needed(
    world: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(ChatError, match=r"pip install 'graphgen\[llm\]'"):
        rewrite(world, server.url, "writer-1")


# what goes wrong on the way


def test_an_endpoint_that_fails_later_costs_nothing_twice(world: Path, server: Server) -> None:
    whole, before = count(world), files(world)
    server.reply = lambda asked, n: good(asked) if n < 5 else error(401, "expired")
    with pytest.raises(ChatError, match="what 5 pieces were paid for is kept"):
        rewrite(world, server.url, "writer-1", concurrency=1, key=KEY)
    now = files(world)
    assert now.pop("texts.jsonl").count(b"\n") == 5
    assert now == before
    assert broken(world) == []
    server.reply = lambda asked, _: good(asked)
    summary = rewrite(world, server.url, "writer-1", key=KEY)
    assert (summary.recalled, summary.written) == (5, whole - 5)
    assert sorted(server.answered) == sorted({*server.answered})
    assert broken(world) == []


def test_a_server_that_is_gone_for_a_moment_is_asked_again(
    world: Path, server: Server, pauses: list[float]
) -> None:
    server.reply = lambda asked, n: error(503, "gone") if n % 3 == 1 else good(asked)
    assert rewrite(world, server.url, "writer-1").written == count(world)
    assert any(pause > 0 for pause in pauses)


REWRITE = """
import sys, time
from graphgen.rewrite import asking, rewrite
was = asking.Seen.add
def slow(seen, text):  # the signal falls between an answer's being known and its being kept
    was(seen, text)
    time.sleep(0.02)
asking.Seen.add = slow
rewrite(sys.argv[1], sys.argv[2], "writer-1", concurrency=2)
"""


@pytest.mark.process
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_however_it_is_stopped_the_dataset_is_as_it_was_and_no_piece_is_paid_for_twice(
    how: signal.Signals, world: Path, server: Server, python: Callable[..., subprocess.Popen[str]]
) -> None:
    before, reached, go_on = files(world), threading.Event(), threading.Event()

    def reply(asked: Asked, n: int) -> Said:
        if n >= 6:
            reached.set()
            go_on.wait(60)
        return good(asked)

    server.reply = reply
    running = python(REWRITE, str(world), server.url)
    assert reached.wait(60)
    running.send_signal(how)
    if how == signal.SIGKILL:
        running.wait(30)
    go_on.set()
    _, err = running.communicate(timeout=60)
    assert running.returncode != 0
    if how == signal.SIGINT:
        assert re.search(r"after (\d+) of \d+ pieces; the dataset is as it was; what \1 ", err)
    now = files(world)
    kept = now.pop("texts.jsonl").decode().splitlines()
    now.pop(f"{OWN}/lock", None)
    assert now == before
    assert broken(world) == []
    asked = len(server.bodies)
    summary = rewrite(world, server.url, "writer-1")
    assert summary.recalled == len(kept) >= 5
    assert len(server.bodies) == asked + summary.pieces - len(kept)
    if how == signal.SIGINT:  # what was under way was waited for
        assert len(kept) == asked
        assert sorted(server.answered) == sorted({*server.answered})
    assert broken(world) == []


CUT_SHORT = """
import os, sys
from pathlib import Path
from graphgen.rewrite import rewrite
left, what = int(sys.argv[3]), sys.argv[4]
was = getattr(Path, what)
def now(self, target):
    global left
    left -= 1
    if left < 0:
        os._exit(9)
    return was(self, target)
setattr(Path, what, now)
rewrite(sys.argv[1], sys.argv[2], "writer-1")
"""


@pytest.mark.process
@pytest.mark.parametrize(
    ("moves", "what", "heal"),
    [
        (0, "rename", "rewrite"),
        (0, "replace", "generate --resume"),
        (3, "replace", "rewrite"),
        (3, "replace", "generate --resume"),
    ],
)
def test_a_crash_while_files_are_replaced_leaves_all_old_or_all_new(
    moves: int,
    what: str,
    heal: str,
    world: Path,
    server: Server,
    python: Callable[..., subprocess.Popen[str]],
) -> None:
    before = files(world)
    running = python(CUT_SHORT, str(world), server.url, str(moves), what)
    assert running.wait(60) == 9
    paid = len(server.bodies)
    if heal == "rewrite":
        assert rewrite(world, server.url, "writer-1").written == 0
    else:
        assert tidied(world)
    assert len(server.bodies) == paid
    assert broken(world) == []
    assert not (world / OWN).exists()
    all_new = what == "replace" or heal == "rewrite"
    now = files(world)
    assert ("texts" in json.loads(now["run.json"])) == all_new
    if not all_new:
        del now["texts.jsonl"]
        assert now == before


def test_a_file_that_was_changed_by_hand_is_not_given_a_new_digest(
    world: Path, server: Server
) -> None:
    path = next((world / "events" / "news").rglob("*.jsonl"))
    path.write_text(path.read_text().replace('"sentiment":', '"sentiment":0'))
    with pytest.raises(DatasetError, match=r"is not as run\.json tells; graphgen verify says more"):
        rewrite(world, server.url, "writer-1")
    assert server.bodies == []


def test_without_its_record_a_rewritten_dataset_is_left_alone(world: Path, server: Server) -> None:
    rewrite(world, server.url, "writer-1", limit=1)
    (world / "texts.jsonl").unlink()
    with pytest.raises(DatasetError, match=r"texts\.jsonl: is missing"):
        rewrite(world, server.url, "writer-1")
    (world / "texts.jsonl").write_text('{"table": 1}\n')
    with pytest.raises(ValueError, match=r"texts\.jsonl: is no record of texts"):
        rewrite(world, server.url, "writer-1")


def test_nobody_rewrites_what_somebody_else_writes(world: Path, server: Server) -> None:
    lock = FolderLock(world / OWN / "lock")
    with pytest.raises(StoreError, match="is being written by another process"):
        rewrite(world, server.url, "writer-1")
    lock.release()


def test_a_dataset_without_news_and_one_that_is_not_finished_say_so(
    tmp_path: Path, world: Path, server: Server
) -> None:
    exporter = EXPORTERS.load("csv", FileExporter)(str(tmp_path / "quiet"))
    generate(World(users=2, days=1, patterns={}, walks=("price",)), [exporter])
    with pytest.raises(DatasetError, match=r"has no news and no reports; walks: \[news\] writes"):
        rewrite(tmp_path / "quiet", server.url, "writer-1")
    run = json.loads((world / "run.json").read_text())
    (world / "run.json").write_text(json.dumps({**run, "complete": False}))
    with pytest.raises(DatasetError, match="not finished; graphgen generate --resume"):
        rewrite(world, server.url, "writer-1")


# facts


@pytest.fixture(scope="module")
def facts(written: Callable[..., Path]) -> Facts:
    return Facts.of(Dataset(written()))


def test_facts_are_the_names_and_the_numbers_that_a_reader_could_look_up(facts: Facts) -> None:
    assert facts.told(
        "Amber Systems (AMBRSY) said on Monday that it earned $2.33 a share in the third quarter, "
        "-0.4 percent; revenue of $54,350 million in Charleston, says Calder & Finch. Some "
        "30,732,633 shares, 1.2 times, in 11 weeks: information technology."
    ) == {
        "Amber Systems", "AMBRSY", "Monday", "$2.33", "third quarter", "-0.4 percent",
        "$54,350 million", "Charleston", "Calder & Finch", "30,732,633 shares", "1.2 times",
        "11 weeks", "information technology",
    }  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        "$54,350 billion",
        "54,350 million",
        "$54,351 million",
        "$54,350,000 million",
        "$54,350",
        "$54,350 million or 3",
        "AMBRSY-10Y and $54,350 million",
        "a million more than $54,350 million",
    ],
)
def test_a_number_is_itself_with_its_currency_and_its_unit(facts: Facts, said: str) -> None:
    assert facts.told(said) != facts.told("$54,350 million")


def test_the_grammar_s_own_pieces_tell_facts_in_every_topic(
    written: Callable[..., Path], facts: Facts
) -> None:
    some = list(pieces(Dataset(written())))
    assert all(facts.told(piece.text.content) for piece in some)
    assert not any(re.search(r"\d", facts.wording(piece.text.content)) for piece in some)


def test_rewriting_is_no_part_of_generating() -> None:
    script = (
        "import sys, graphgen.generate; print({'graphgen.rewrite', 'httpx'} & set(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ
    )
    assert ran.stdout == "set()\n"
