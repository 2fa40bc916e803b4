"""The indices of a load in a cluster: making them, what is in their way, taking them out again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphgen.elastic.client import Client
from graphgen.elastic.document import Document
from graphgen.elastic.layout import Layout
from graphgen.elastic.model import MODEL, TRUTH
from graphgen.elastic.templates import component_templates, index_templates
from graphgen.stage import StoreError

__all__ = [
    "Settings",
    "make",
    "mappings",
    "put_back",
    "refuse_foreign",
    "remove",
    "set_for_loading",
]

Settings = Mapping[str, Mapping[str, Any]]
_LOADING = {"refresh_interval": "-1", "auto_expand_replicas": "false", "number_of_replicas": 0}
"""While it is loaded nothing is searched for, and copies are made afterwards."""
_SHARED = ("settings", "ecs")
"""What component templates are called, after the prefix."""


def _named(layout: Layout, documents: Iterable[Document] = MODEL + TRUTH) -> str:
    return ",".join(layout.index(each) for each in documents)


def mappings(client: Client, layout: Layout) -> dict[str, dict[str, Any]]:
    """Give what `_meta` says of each index that has one of our names, whoever made it."""
    told = client.ask("GET", f"/{_named(layout)}/_mapping", ignore_unavailable="true", allow=(404,))
    return {
        name: index["mappings"].get("_meta", {}) for name, index in sorted((told or {}).items())
    }


def refuse_foreign(client: Client, layout: Layout) -> None:
    """Raise `StoreError` for an index of our name that others made, and one that is blocked."""
    for name, meta in mappings(client, layout).items():
        if "graphgen" not in meta:
            raise StoreError(
                f"{client.address}: {name} is there already, with a mapping that graphgen did not "
                "make; choose another --prefix"
            )
    told = client.ask(
        "GET", f"/{_named(layout)}/_settings", ignore_unavailable="true", allow=(404,)
    )
    for name, index in sorted((told or {}).items()):
        blocks = index["settings"]["index"].get("blocks", {})
        if blocks.get("read_only_allow_delete") == "true":
            raise StoreError(
                f"{client.address}: {name} is read-only, as a disk is full beyond the flood stage; "
                "make room there first"
            )
        if blocks.get("read_only") == "true" or blocks.get("write") == "true":
            raise StoreError(f"{client.address}: {name} is read-only; somebody set it so")


def make(client: Client, layout: Layout) -> None:
    """Put the templates, and make the indices that are not there; `StoreError` if they differ."""
    if layout.semantic:
        _refuse_without_endpoint(client, layout.semantic)
    for name, template in component_templates(layout).items():
        client.ask("PUT", f"/_component_template/{name}", template)
    for name, template in index_templates(layout).items():
        client.ask("PUT", f"/_index_template/{name}", template)
    there = {meta.get("document") for meta in mappings(client, layout).values()}
    for document in layout.documents:
        if document.name in there:
            continue
        if layout.is_stream(document):
            # where a server has no such request, the stream comes with its first document
            client.ask("PUT", f"/_data_stream/{layout.index(document)}", allow=(405,))
        else:
            client.ask("PUT", f"/{layout.index(document)}")
    made = mappings(client, layout)
    for name, meta in made.items():
        if meta.get("load") != layout.meta.get("load"):
            raise StoreError(
                f"{client.address}: {name} came to be by another template than graphgen's; one of "
                "a higher priority matches its name: choose another --prefix"
            )


def _refuse_without_endpoint(client: Client, name: str) -> None:
    status, told = client.request("GET", f"/_inference/{name}")
    if status >= 300:  # noqa: PLR2004 - as HTTP has it
        said = client.explained(status, told) if status in (401, 403) else "there is none such"
        raise StoreError(f"{client.address}: --semantic {name}: no inference endpoint: {said}")


def set_for_loading(client: Client, layout: Layout) -> None:
    """Set indices so that a load is fast."""
    names = _named(layout, layout.documents)
    client.ask("PUT", f"/{names}/_settings", {"index": _LOADING}, ignore_unavailable="true")


def settings(client: Client, layout: Layout) -> dict[str, dict[str, Any]]:
    """Give of each index the settings that a load changes, as they are to be put back."""
    names = _named(layout, layout.documents)
    told = client.ask("GET", f"/{names}/_settings", ignore_unavailable="true")
    found = {}
    for name, index in told.items():
        now = index["settings"]["index"]
        copies = {"auto_expand_replicas": now.get("auto_expand_replicas")}
        if copies["auto_expand_replicas"] in (None, "false"):
            copies["number_of_replicas"] = now["number_of_replicas"]
        found[name] = {"refresh_interval": now.get("refresh_interval"), **copies}
    return found


def put_back(client: Client, kept: Settings) -> None:
    """Put settings back as they were before a load, and let all be found."""
    same: dict[str, list[str]] = {}
    for name, each in kept.items():
        same.setdefault(repr(sorted(each.items())), []).append(name)
    for names in same.values():
        client.ask("PUT", f"/{','.join(names)}/_settings", {"index": kept[names[0]]}, allow=(404,))
    if kept:
        client.ask("POST", f"/{','.join(kept)}/_refresh", allow=(404,))


def remove(client: Client, layout: Layout) -> None:
    """Delete the indices, data streams and templates that graphgen made, and no others."""
    ours = {n: meta for n, meta in mappings(client, layout).items() if "graphgen" in meta}
    told = client.ask("GET", f"/_resolve/index/{layout.prefix}-*", allow=(404,))
    within: dict[str, str] = {
        index: stream["name"]
        for stream in (told or {}).get("data_streams", ())
        for index in stream["backing_indices"]
    }
    for name in sorted({within[n] for n in ours if n in within}):
        client.ask("DELETE", f"/_data_stream/{name}", allow=(404,))
    plain = [name for name in ours if name not in within]
    if plain:
        client.ask("DELETE", f"/{','.join(plain)}", ignore_unavailable="true")
    for document in MODEL + TRUTH:
        _remove_template(client, "index", layout.index(document))
    for name in _SHARED:
        _remove_template(client, "component", f"{layout.prefix}-{name}")


def _remove_template(client: Client, kind: str, name: str) -> None:
    told = client.ask("GET", f"/_{kind}_template/{name}", allow=(404,))
    for each in (told or {}).get(f"{kind}_templates", ()):
        if "graphgen" in each[f"{kind}_template"].get("_meta", {}):
            client.ask("DELETE", f"/_{kind}_template/{name}", allow=(404,))
