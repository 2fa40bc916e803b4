"""Ways to load a dataset into Elasticsearch, the plain one and graphgen's, on one node and data.

`python benchmarks/elastic_load.py WAY DATASET URL PID` makes the indices anew, loads, and prints
documents, seconds, and CPU seconds of the client and of the node, whose process PID is, as JSON.
Only loading is measured, and not what loading begins with (a compiled loop is read from its cache).
`sink` and `files` need no node: the one sends to a server that reads
requests and says yes, the other writes files for `_bulk`.

The plain way is what one writes first: `helpers.streaming_bulk` with its default settings, over
dicts; these are made beforehand, and that is not counted. graphgen's ways read and spell the
dataset while they are measured.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

__all__ = ["WAYS"]

WAYS = ("streaming_bulk", "1 sender", "2 senders", "4 senders", "sink", "files")
_META = {"graphgen": "benchmark", "load": "benchmark"}
_SINK = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Sink(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        answer = b'{"errors":false}'
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *_):
        pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
print(server.server_port, flush=True)
server.serve_forever()
"""


def main(name: str, dataset: Path, url: str, pid: int) -> None:
    """Load one way, and print what it cost."""
    if name == "files":
        told = _files(dataset)
    elif name == "sink":
        told = _sink(dataset)
    else:
        told = _load(name, dataset, url, pid)
    sys.stdout.write(json.dumps(told) + "\n")


def _warm(projection: Any) -> None:  # noqa: ANN401
    """Spell a few documents: that reads the compiled loop."""
    from graphgen.elastic.ndjson import pieces

    for _ in pieces(projection, projection.layout.documents[0]):
        break


def _measured(work: Any, pid: int = 0) -> dict[str, Any]:  # noqa: ANN401 - what loads
    before, node = sum(os.times()[:4]), _cpu(pid)
    began = time.perf_counter()
    rows = work()
    return {
        "rows": rows,
        "seconds": time.perf_counter() - began,
        "client": sum(os.times()[:4]) - before,
        "server": _cpu(pid) - node,
    }


def _cpu(pid: int) -> float:
    """Give the CPU seconds that a process has used."""
    if not pid:
        return 0
    stat = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def _projection(dataset: Path) -> Any:  # noqa: ANN401 - imported late
    from graphgen.dataset import Dataset
    from graphgen.elastic.layout import Layout
    from graphgen.elastic.projection import Projection

    made = Projection(Dataset(dataset), Layout(prefix="benchmark", meta=_META))
    _warm(made)
    return made


def _load(name: str, dataset: Path, url: str, pid: int) -> dict[str, Any]:
    from graphgen.elastic import indices
    from graphgen.elastic.address import Address
    from graphgen.elastic.client import Client

    projection = _projection(dataset)
    with Client(Address.parse(url)) as client:
        indices.remove(client, projection.layout)
        indices.make(client, projection.layout)
        indices.set_for_loading(client, projection.layout)
    if name == "streaming_bulk":
        return _plain(projection, url, pid)
    return _measured(lambda: _send(projection, url, int(name.split(maxsplit=1)[0])), pid)


def _send(projection: Any, url: str, senders: int) -> int:  # noqa: ANN401
    from graphgen.elastic.address import Address
    from graphgen.elastic.client import Client
    from graphgen.elastic.loading import plan, send
    from graphgen.elastic.sending import Senders

    rows: Counter[str] = Counter()
    client = Client(Address.parse(url), greet=False)
    with client, Senders(client, senders, lambda _: None) as sending:
        for step in plan(projection):
            send(projection, step, sending, rows)
    return rows.total()


def _plain(projection: Any, url: str, pid: int) -> dict[str, Any]:  # noqa: ANN401
    import elasticsearch
    from elasticsearch.helpers import streaming_bulk

    from graphgen.elastic.ndjson import pieces

    actions = []
    for document in projection.layout.documents:
        for text, _ in pieces(projection, document):
            lines = bytes(text).splitlines()
            for action, said in zip(lines[::2], lines[1::2], strict=True):
                key = json.loads(action)["index"]["_id"]
                index = projection.layout.index(document)
                actions.append({"_index": index, "_id": key, "_source": json.loads(said)})
    client = elasticsearch.Elasticsearch(url.replace("es://", "http://"))

    def load() -> int:
        return sum(1 for _ in streaming_bulk(client, actions))

    return _measured(load, pid)


def _sink(dataset: Path) -> dict[str, Any]:
    projection = _projection(dataset)
    server = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-c", _SINK], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout  # noqa: S101 - asked for
        port = int(server.stdout.readline())
        return _measured(lambda: _send(projection, f"es://127.0.0.1:{port}", 2))
    finally:
        server.kill()
        server.wait()


def _files(dataset: Path) -> dict[str, Any]:
    from graphgen.elastic.bulk_files import BulkFiles

    projection = _projection(dataset)

    def write() -> int:
        with tempfile.TemporaryDirectory() as folder:
            files = BulkFiles(projection, Path(folder), gzip=False)
            files.write(lambda *_: None)
            return files.rows.total()

    return _measured(write)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
