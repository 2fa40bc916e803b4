"""Transforms: features of each account, and each person's device, kept by the cluster."""

from __future__ import annotations

from graphgen.elastic.kibana.saved_object import Json

__all__ = ["transforms"]

_SYNC = {"time": {"field": "@timestamp", "delay": "60s"}}


def transforms(prefix: str) -> dict[str, Json]:
    """Give the bodies of `PUT _transform/NAME`, by name, for indices with a prefix."""
    return {
        f"{prefix}-account-features": {
            "description": "What each account pays: how often, how much, to how many, at how many "
            "merchants, from how many devices and addresses.",
            "source": {
                "index": [f"{prefix}-payment"],
                "query": {"bool": {"filter": [{"term": {"payment.leg": "original"}}]}},
            },
            "dest": {"index": f"{prefix}-account-features"},
            "frequency": "5m",
            "sync": _SYNC,
            "pivot": {
                "group_by": {"account.id": {"terms": {"field": "account.id"}}},
                "aggregations": {
                    "payments.count": {"value_count": {"field": "payment.id"}},
                    "payments.sum": {"sum": {"field": "payment.amount"}},
                    "payments.mean": {"avg": {"field": "payment.amount"}},
                    "payments.largest": {"max": {"field": "payment.amount"}},
                    "payments.payees": {"cardinality": {"field": "counterparty.account.id"}},
                    "payments.merchants": {"cardinality": {"field": "merchant.id"}},
                    "payments.devices": {"cardinality": {"field": "device.id"}},
                    "payments.addresses": {"cardinality": {"field": "source.ip"}},
                    "payments.declined": {
                        "filter": {"term": {"payment.status": "declined"}},
                    },
                    "payments.first": {"min": {"field": "@timestamp"}},
                    "payments.last": {"max": {"field": "@timestamp"}},
                },
            },
            "settings": {"max_page_search_size": 1000},
        },
        f"{prefix}-latest-device": {
            "description": "The last session of each person: device, address, country.",
            "source": {"index": [f"{prefix}-session"], "query": {"match_all": {}}},
            "dest": {"index": f"{prefix}-latest-device"},
            "frequency": "5m",
            "sync": _SYNC,
            "latest": {"unique_key": ["user.id"], "sort": "@timestamp"},
        },
    }
