"""The market alone: `python benchmarks/market.py days|minutes DAYS` prints bars and CPU seconds.

A graph grows prices once and reads them many times; so the loops are compiled, and what is measured
is the prices, not the process.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from time import process_time

from graphgen import World
from graphgen.market.minutes import minutes
from graphgen.market.prices import written

if __name__ == "__main__":
    what, days = sys.argv[1], int(sys.argv[2])
    few = World(users=1, days=5, start=date(1990, 1, 1), patterns={})
    minutes(few, written(few), 0)
    world = World(users=1, days=days, start=few.start, patterns={})
    start = process_time()
    tape = written(world)
    bars = tape.close.size
    if what == "minutes":
        start = process_time()
        bars = sum(
            minutes(world, tape, session).close.size for session in range(len(tape.sessions))
        )
    print(json.dumps({"bars": bars, "cpu": process_time() - start}))
