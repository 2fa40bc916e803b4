"""The benchmark runs, at toy size."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.process
def test_the_benchmark_prints_a_line_for_each_figure() -> None:
    parts = ("payment", "market", "features", "learning", "formats")
    only = [word for part in parts for word in ("--only", part)]
    run = [sys.executable, "benchmarks/run.py", "--quick", *only]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for what in (
        "payment alone",
        "payment alone / null writer",
        "trades: what investors add",
        "trades: the whole process",
        "all events and trades",
        "features: windows, computed",
        "features: written",
        "load relbench",
        "load amlworld, memory",
        "load elliptic, memory",
        "load ladybug, memory",
    ):
        assert f"| {what} |" in done.stdout
