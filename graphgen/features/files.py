"""Files of features: whole or not there, and never another dataset's.

They are written into `.features/` in the dataset's folder, and moved to `features/` at once when
they are whole. Their metadata say of which files of the dataset they were made.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from graphgen.dataset import DatasetError
from graphgen.features.by_day import GROUPS, Found, features_of
from graphgen.features.feature import Feature, arrow_field, column
from graphgen.folder import check_space, sync, sync_tree
from graphgen.ids import digits_of, letter_of
from graphgen.lock import FolderLock
from graphgen.spelling import id_text
from graphgen.stage import StoreError, explained
from graphgen.table import Array

if TYPE_CHECKING:
    from graphgen.dataset import Dataset
    from graphgen.features.reading import Facts

__all__ = ["FOLDER", "Writer", "check", "made", "path_of", "read", "scan"]

FOLDER = "features"
_SOURCES = (
    *("account", "user", "device", "ip", "card", "merchant", "address"),
    *("lives_at", "uses_device", "uses_ip", "payment", "session"),
)
"""The tables that features are made of."""
_BYTES_A_ROW = 320
"""Of `payment`, with its share of `account_day`: measured, and an eighth more."""
_DOCS = {
    "payment": "What was known of each payment before it: a row for each row of `payment`.",
    "account_day": "What was known of each account that ordered or was paid, when the day ended.",
}


def path_of(dataset: Dataset, table: str) -> Path:
    """Say where a table of features is, or would be."""
    return dataset.path / FOLDER / f"{table}.parquet"


def read(dataset: Dataset, table: str, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a table of features, or some columns of it; errors are `scan`'s."""
    return pa.concat_tables(scan(dataset, table, columns))


def scan(dataset: Dataset, table: str, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """Yield a table of features, or some columns of it, piece by piece: memory holds one of them.

    `DatasetError` tells of features that are not there, and of those of another dataset.
    """
    if table not in GROUPS:
        raise DatasetError(f"no features called {table!r}; there is: {', '.join(GROUPS)}")
    path = path_of(dataset, table)
    if not path.is_file():
        raise DatasetError(f"{path}: not there; graphgen features {dataset.path} writes it")
    with pq.ParquetFile(path) as file:
        told = (file.schema_arrow.metadata or {}).get(b"made_of", b"").decode()
        if told != _made_of(dataset):
            raise DatasetError(
                f"{path}: of another dataset than is there now; "
                f"graphgen features {dataset.path} --force makes them anew"
            )
        strange = [name for name in columns or () if name not in file.schema_arrow.names]
        if strange:
            raise DatasetError(f"{path}: no column {strange[0]!r}; docs/features.md has them all")
        if not file.num_row_groups:
            yield file.read(columns)
        for piece in range(file.num_row_groups):
            yield file.read_row_group(piece, columns)


def check(dataset: Dataset, *, force: bool) -> None:
    """Refuse a folder of features that may not be replaced; `StoreError` says what to do."""
    place = dataset.path / FOLDER
    if place.is_symlink() or (place.exists() and not place.is_dir()):
        raise StoreError(f"{place}: is in the way; features are a folder")
    there = {path.name for path in place.iterdir()} if place.exists() else set()
    strange = sorted(there - {f"{table}.parquet" for table in GROUPS})
    if strange:
        raise StoreError(f"{place}: holds {strange[0]}, which is not graphgen's; move it away")
    if there and not force:
        raise StoreError(f"{place}: there are features; replace them with --force")
    check_space(dataset.path, _BYTES_A_ROW * dataset.run["tables"].get("payment", 0))


class Writer:
    """Writes features day by day into files that are not in their place yet."""

    def __init__(self, dataset: Dataset, facts: Facts, folder: Path, *, known: bool) -> None:
        self.rows = dict.fromkeys(GROUPS, 0)
        self._account = facts.account.ids
        exporter = dataset.exporter
        self._spelled = exporter.suffix != ".parquet" or exporter.ids == "text"
        self._files: dict[str, pq.ParquetWriter] = {}
        self._features = {table: features_of(table, known=known) for table in GROUPS}
        for table, features in self._features.items():
            schema = self._schema(dataset, table, features)
            path = folder / f"{table}.parquet"
            self._files[table] = pq.ParquetWriter(path, schema, **_settings(schema, features))

    def put(self, found: Found) -> None:
        """Append rows, as a row group."""
        day, table = found.day, found.table
        if table == "payment":
            time = pa.array(day.time).cast(pa.timestamp("ms", "UTC"))
            keys = [self._ids("payment", day.id), time]
        else:
            ids = self._account[found.account]
            dates = pa.array(np.full(len(ids), np.datetime64(day.date, "D")), pa.date32())
            keys = [self._ids("account", ids), dates]
        features = self._features[table]
        columns = [column(each, row) for each, row in zip(features, found.values, strict=True)]
        file = self._files[table]
        if len(keys[0]):
            file.write_table(pa.Table.from_arrays([*keys, *columns], schema=file.schema))
        self.rows[table] += len(keys[0])

    def close(self) -> None:
        """End the files."""
        for file in self._files.values():
            file.close()

    def _ids(self, kind: str, ids: Array) -> pa.Array:
        if not self._spelled:
            return pa.array(ids)
        letter = np.array([ord(letter_of(kind))], np.uint8)
        return id_text(np.ascontiguousarray(ids), letter, digits_of(kind), None)

    def _schema(self, dataset: Dataset, table: str, features: Sequence[Feature]) -> pa.Schema:
        id_type = pa.string() if self._spelled else pa.int64()
        keys = {
            "payment": (("payment_id", id_type), ("time", pa.timestamp("ms", "UTC"))),
            "account_day": (("account_id", id_type), ("day", pa.date32())),
        }[table]
        about = {"table": f"{FOLDER}/{table}", "doc": _DOCS[table], "made_of": _made_of(dataset)}
        fields = [pa.field(name, kind, nullable=False) for name, kind in keys]
        return pa.schema([*fields, *map(arrow_field, features)], metadata=about)


@contextmanager
def made(dataset: Dataset) -> Iterator[Path]:
    """Give a folder to write features into, and move it to its place when all went well.

    If it did not, the features that were there before still are.
    """
    work, place = dataset.path / ".features", dataset.path / FOLDER
    with explained(dataset.path):
        try:
            lock = FolderLock(work / "lock")
        except BlockingIOError as error:
            raise StoreError(f"{place}: are being written by another process") from error
        try:
            for left in ("new", "old"):
                shutil.rmtree(work / left, ignore_errors=True)
            (work / "new").mkdir()
            yield work / "new"
            sync_tree(work / "new")
            if place.exists():
                place.replace(work / "old")
            (work / "new").replace(place)
            sync(dataset.path)
        finally:
            shutil.rmtree(work, ignore_errors=True)
            lock.release()


def _made_of(dataset: Dataset) -> str:
    """Give the digest of the digests of the files that features are made of."""
    files: Mapping[str, Mapping[str, str]] = dataset.run["files"]
    digest = hashlib.sha256()
    for path in sorted(files):
        parts = path.partition(".")[0].split("/")
        if parts[1] in _SOURCES:
            digest.update(f"{path} {files[path]['sha256']}\n".encode())
    return digest.hexdigest()


def _settings(schema: pa.Schema, features: Sequence[Feature]) -> dict[str, object]:
    """Say how columns are encoded.

    Measured on 100,000 payments of 138 features: so a CPU second writes 0.8 M rows of 198 bytes,
    with dictionaries (pyarrow's default) 0.3 M of 244.
    """
    keys = schema.names[: len(schema.names) - len(features)]
    encodings = {each.name: "BYTE_STREAM_SPLIT" for each in features if each.kind != "flag"}
    for name in keys:
        if not pa.types.is_string(schema.field(name).type):
            encodings[name] = "DELTA_BINARY_PACKED"
    return {
        "compression": "zstd",
        "use_dictionary": False,
        "column_encoding": encodings,
        "write_statistics": keys,
    }
