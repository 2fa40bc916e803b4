"""Croissant 1.0 (mlcommons.org/croissant): what files and columns are, for machines."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from graphgen.dataset import Dataset
    from graphgen.learning.configurations import Configuration

__all__ = ["LICENSE", "croissant"]

LICENSE = "https://creativecommons.org/licenses/by/4.0/"
"""Worlds hold names of cities from GeoNames, which are under this licence."""
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the specification gives (https://docs.mlcommons.org/croissant/docs/
croissant-spec.html, appendix 1)."""


def croissant(dataset: Dataset, found: list[Configuration], folder: Path) -> str:
    """Give the document; the files are in the folder."""
    run = dataset.run
    keys = {one.name: one.key for one in found if one.key and len(one.files) == 1}
    told = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"graphgen-{run['world']['users']}-{run['seed']}",
        "description": "A synthetic financial world as a property graph, made by graphgen.",
        "license": LICENSE,
        "url": "https://pypi.org/project/graphgen/",
        "version": "1.0.0",
        "isLiveDataset": False,
        "rai:dataCollection": "Synthetic: grown and walked from one seed; no real person's data.",
        "rai:dataBiases": "Sizes, habits and places follow published figures of one country.",
        "rai:dataLimitations": "What no pattern plants is not in it; see README.md.",
        "distribution": [
            _file(split, path, one, folder) for one in found for split, path in one.files.items()
        ],
        "recordSet": [_records(split, one, keys) for one in found for split in one.files],
    }
    return json.dumps(told, indent=2) + "\n"


def _id(one: Configuration, split: str) -> str:
    return one.name if len(one.files) == 1 else f"{one.name}_{split}"


def _file(split: str, path: str, one: Configuration, folder: Path) -> dict[str, Any]:
    with (folder / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "@type": "cr:FileObject",
        "@id": f"{_id(one, split)}.parquet",
        "name": f"{_id(one, split)}.parquet",
        "contentUrl": path,
        "contentSize": f"{(folder / path).stat().st_size} B",
        "encodingFormat": "application/x-parquet",
        "sha256": digest,
    }


def _records(split: str, one: Configuration, keys: Mapping[str, str]) -> dict[str, Any]:
    name = _id(one, split)
    told: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": one.doc,
    }
    if one.key:
        told["key"] = {"@id": f"{name}/{one.key}"}
    told["field"] = [_field(name, column, one, keys) for column in one.types]
    return told


def _field(name: str, column: str, one: Configuration, keys: Mapping[str, str]) -> dict[str, Any]:
    """Give a column, and the column of another file whose key it holds.

    That is named by its file: mlcroissant 1.1.1 joins what is referred to before it reads, and
    finds no order for record sets that refer to each other (a bank has accounts of its own). A
    table in several files has no such column; that it is meant stands in words.
    """
    table = one.refers.get(column, "")
    told: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{name}/{column}",
        "name": column,
        "description": one.docs.get(column, "") + (f" A key of {table}." if table else ""),
        "dataType": _type(one.types[column]),
        "source": _source(name, column),
    }
    if table in keys:
        told["references"] = _source(table, keys[table])
    return told


def _source(name: str, column: str) -> dict[str, Any]:
    return {"fileObject": {"@id": f"{name}.parquet"}, "extract": {"column": column}}


def _type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_timestamp(kind):
        return "sc:DateTime"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    return "sc:Float" if pa.types.is_floating(kind) else "sc:Text"
