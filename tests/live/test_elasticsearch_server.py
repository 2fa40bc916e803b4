from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest


def ask(node: Any, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401
    """Ask a node; gives what it answers."""
    answer = httpx.request(method, f"{node.url}{path}", json=body, timeout=60)
    assert answer.is_success, answer.text
    return answer.json()


@pytest.mark.parametrize("name", ["node", "node9"])
def test_a_node_takes_documents_and_keeps_them_when_it_is_killed(
    name: str, request: pytest.FixtureRequest
) -> None:
    node = request.getfixturevalue(name)
    fields = {"amount": {"type": "scaled_float", "scaling_factor": 100}}
    ask(node, "PUT", "/test", {"mappings": {"dynamic": "strict", "properties": fields}})
    ask(node, "PUT", "/test/_doc/1", {"amount": 1.234})
    node.stop(now=True)
    node.start()
    ask(node, "POST", "/test/_refresh")
    told = ask(node, "POST", "/test/_search", {"aggs": {"sum": {"sum": {"field": "amount"}}}})
    assert told["aggregations"]["sum"]["value"] == pytest.approx(1.23)
    ask(node, "DELETE", "/test")


def test_version_8_joins_by_es_ql(node: Any) -> None:  # noqa: ANN401
    names = {name: {"type": "keyword"} for name in "kv"}
    ask(node, "PUT", "/left", {"mappings": {"properties": names}})
    lookup = {"index.mode": "lookup"}
    ask(node, "PUT", "/right", {"mappings": {"properties": names}, "settings": lookup})
    ask(node, "PUT", "/left/_doc/1?refresh=true", {"k": "a"})
    ask(node, "PUT", "/right/_doc/1?refresh=true", {"k": "a", "v": "b"})
    asked = {"query": "FROM left | LOOKUP JOIN right ON k | KEEP v"}
    assert ask(node, "POST", "/_query", asked)["values"] == [["b"]]
    ask(node, "DELETE", "/left,right")


def test_a_node_with_tls_wants_a_login_and_trust(new_node: Callable[..., Any]) -> None:
    node = new_node("8", tls=True)
    node.start()
    assert node.address.startswith("ess://elastic@")
    with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
        httpx.get(node.url)
    trusting = httpx.get(node.url, verify=str(node.certificate))
    assert trusting.status_code == httpx.codes.UNAUTHORIZED
    node.stop()
    assert node.pid == 0
