"""The folder of assets: what is imported into Kibana, and put into the cluster by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from graphgen.elastic.kibana.dashboards import saved_objects
from graphgen.elastic.kibana.detection_rules import detection_rules
from graphgen.elastic.kibana.saved_object import Json
from graphgen.elastic.kibana.transforms import transforms
from graphgen.stage import StoreError, explained

__all__ = ["write_assets"]

_OBJECTS, _RULES, _TRANSFORMS = "kibana.ndjson", "rules.ndjson", "transforms.json"


def write_assets(folder: Path, prefix: str, *, force: bool = False) -> list[Path]:
    """Write saved objects, detection rules and transforms into a folder; gives the files.

    `StoreError` for a folder that cannot be written, or, without `force`, has such a file already.
    """
    bodies = transforms(prefix)
    texts = {
        _OBJECTS: _lines(saved_objects(prefix)),
        _RULES: _lines(detection_rules(prefix)),
        _TRANSFORMS: json.dumps(bodies, indent=2) + "\n",
        "transforms.console": "".join(
            f"PUT _transform/{name}\n{json.dumps(body, indent=2)}\n\n"
            f"POST _transform/{name}/_start\n\n"
            for name, body in bodies.items()
        ),
    }
    for name in texts:
        if (folder / name).exists() and not force:
            raise StoreError(f"{folder / name}: is there already; replace it with --force")
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8")
    return [folder / name for name in texts]


def _lines(objects: Iterable[Json]) -> str:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects)
