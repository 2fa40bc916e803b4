"""What a command costs: CPU seconds, wall seconds, and the peak memory of its processes."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

__all__ = ["Cost", "cost_of"]

_BETWEEN = 0.05
"""Seconds between two looks at memory."""
_FORBIDS = "PYTHONDONTWRITEBYTECODE"
"""What keeps Python from keeping what it has compiled: a thousand modules of packages would be
compiled in each process, for 2.5 CPU seconds. Packages are installed compiled, by pip."""


@dataclass(frozen=True)
class Cost:
    """What one command took, its start and its end included."""

    cpu: float
    """CPU seconds, user and system, of the process and of all that it waited for."""
    wall: float
    """Seconds."""
    peak: float
    """Megabytes (1e6 bytes): the larger of two figures. One is the largest sum of proportional set
    sizes (a page that n processes share counts for 1/n) over the process tree, looked at twenty
    times a second; the other the exact peak of the resident set of the tree's largest process."""
    output: str
    """What it printed on stdout."""

    def less(self, other: Cost) -> Cost:
        """Give what it took beyond what another did; its peak is its own."""
        return replace(self, cpu=self.cpu - other.cpu, wall=self.wall - other.wall)


def cost_of(command: Sequence[str]) -> Cost:
    """Run a command to its end and measure it; `RuntimeError` with its last words if it fails."""
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complained:
        began = time.perf_counter()
        kept = {name: value for name, value in os.environ.items() if name != _FORBIDS}
        process = subprocess.Popen(command, stdout=said, stderr=complained, env=kept)  # noqa: S603 - our own
        peak, done, status, usage = 0, 0, 0, None
        while not done:
            peak = max(peak, _tree_bytes(process.pid))
            time.sleep(_BETWEEN)
            done, status, usage = os.wait4(process.pid, os.WNOHANG)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        complained.seek(0)
        if process.returncode or usage is None:
            last = complained.read().strip().splitlines()[-1:]
            raise RuntimeError(f"{' '.join(command)}: exit code {process.returncode}; {last}")
        return Cost(
            cpu=usage.ru_utime + usage.ru_stime,
            wall=wall,
            peak=max(peak, usage.ru_maxrss * 1024) / 1e6,
            output=said.read(),
        )


def _tree_bytes(root: int) -> int:
    """Sum the proportional set sizes of a process and its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parent = _parent(entry)
            children.setdefault(parent, []).append(int(entry.name))
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        total += _pss(pid)
        waiting += children.get(pid, ())
    return total


def _parent(entry: Path) -> int:
    """Give a process's parent; 0 if it has ended meanwhile."""
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _pss(pid: int) -> int:
    """Give a process's proportional set size in bytes; 0 if it has ended meanwhile."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    lines = (line.split() for line in rollup.splitlines())
    return sum(int(words[1]) * 1024 for words in lines if words[0] == "Pss:")
