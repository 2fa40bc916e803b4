"""What is asked and drawn on a real terminal of 80 columns."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from graphgen import World
from graphgen.exporter import FileExporter
from graphgen.generate import generate
from graphgen.neo4j.address import PASSWORD
from graphgen.registry import EXPORTERS

pytestmark = pytest.mark.process
NOBODY = "bolt://neo4j@127.0.0.1:9/neo4j"
"""Where no server listens: the port of discarding."""
QUESTION = f"Delete what graphgen loaded into {NOBODY}? [y/N]: "
PROMPT = f"password for {NOBODY} ({PASSWORD}): "
CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
WAITS = 60.0


def on_terminal(words: Sequence[str], answers: Sequence[tuple[str, str]] = ()) -> tuple[int, str]:
    """Run the command on a terminal; type each answer when its question has come.

    Gives the exit code, and all that stood on the terminal.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    plain = {key: value for key, value in os.environ.items() if key not in (PASSWORD, "COLUMNS")}
    process = subprocess.Popen(
        [sys.executable, "-m", "graphgen", *words],
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env=plain | {"TERM": "xterm", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    os.close(theirs)
    said, told, left, end = (
        "",
        codecs.getincrementaldecoder("utf-8")(),
        list(answers),
        time.monotonic() + WAITS,
    )
    try:
        while time.monotonic() < end:
            if not select.select([ours], [], [], 0.2)[0]:
                continue
            try:
                said += told.decode(os.read(ours, 65_536))
            except OSError:  # the other side is closed
                break
            if left and left[0][0] in said:
                os.write(ours, f"{left.pop(0)[1]}\n".encode())
        assert not left, said
        return process.wait(10), said
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("terminal") / "world"
    generate(World(users=50, days=2), [EXPORTERS.load("parquet", FileExporter)(str(folder))])
    return str(folder)


def test_who_wipes_is_asked_first_and_a_password_is_asked_for_and_not_shown(world: str) -> None:
    answers = [(QUESTION, "y"), (PROMPT, "never-shown")]
    code, said = on_terminal(["load", world, NOBODY, "--wipe"], answers)
    assert code == 2
    assert said.index(QUESTION) < said.index(PROMPT)
    assert "is the server up?" in " ".join(said.split())
    assert "never-shown" not in said


@pytest.mark.parametrize("answer", ["n", ""])
def test_who_does_not_say_yes_wipes_nothing_and_is_asked_for_no_password(
    world: str, answer: str
) -> None:
    code, said = on_terminal(["load", world, NOBODY, "--wipe"], [(QUESTION, answer)])
    assert code == 130  # as after Ctrl-C
    assert "password" not in said
    assert "server" not in said


def test_the_bar_of_progress_fits_into_80_columns_whole(tmp_path: Path) -> None:
    words = ["generate", "--users", "300", "--days", "20", "--to", f"csv:{tmp_path / 'world'}"]
    code, said = on_terminal(words)
    assert code == 0
    drawn = [line for line in re.split(r"[\r\n]+", CODES.sub("", said)) if " rows " in line]
    bars = [line for line in drawn if line.rstrip().endswith("left")]
    assert any(re.search(r"walking days .* \d+/20 +[\d,]+ rows [\d,]+/s", bar) for bar in bars)
    assert all(len(line) <= 80 and "…" not in line for line in drawn)
