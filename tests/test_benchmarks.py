"""The benchmark runs, at toy size."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_benchmark_prints_a_line_for_each_figure() -> None:
    run = [sys.executable, "benchmarks/run.py", "--quick", "--only", "payment", "--only", "csv"]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for what in ("payment alone", "payment alone / null writer", "--to csv", "--to jsonl"):
        assert f"| {what} |" in done.stdout
