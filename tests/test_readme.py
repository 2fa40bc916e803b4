"""The README, CONTRIBUTING and the examples say what is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.process
def test_pages_show_what_commands_print_and_files_hold() -> None:
    check = [sys.executable, "scripts/build_readme.py", "--check"]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_the_readme_s_python_runs(tmp_path: Path) -> None:
    code = re.findall(
        r"```python\n(from graphgen.*?)```", (ROOT / "README.md").read_text(), re.DOTALL
    )
    assert code
    for snippet in code:
        run = [sys.executable, "-c", snippet]
        done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.process
def test_the_quick_start_prints_its_three_tables(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / "quickstart.py", tmp_path / "world"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for said in ("How people pay", "kiting", "is_fraud", "declined"):
        assert said in done.stdout


def test_every_page_that_a_page_links_to_is_there() -> None:
    for page in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")):
        for link in re.findall(r"\]\(((?!http)[^)#]+)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_set_up_commands_of_the_readme_are_those_of_ci() -> None:
    set_up = re.search(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert set_up
    ran = (ROOT / ".ci" / "run").read_text()
    for command in set_up[1].splitlines():
        assert command in ran
