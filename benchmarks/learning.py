"""One way of handing a dataset on: `python benchmarks/learning.py DATASET FORMAT TARGET`.

It prints the rows that were written. Its process is measured whole, its start and its imports too.
"""

from __future__ import annotations

import json
import sys

from graphgen import Dataset
from graphgen.exporter import DatasetExporter
from graphgen.registry import EXPORTERS

if __name__ == "__main__":
    source, form, target = sys.argv[1:]
    exporter = EXPORTERS.load(form, DatasetExporter)(target)
    written = exporter.load(Dataset(source), force=True, tell=lambda *_: None)
    print(json.dumps(sum(written.values())))
