"""Sessions, and what people do in them."""

from __future__ import annotations

from graphgen.elastic.document import Document, Field, Kind, Type
from graphgen.elastic.model._event import (
    DEVICE,
    DEVICE_USERS,
    DEVICE_USERS_JOIN,
    LOCAL,
    SEGMENT,
    SESSION,
    SOURCE,
    USER,
    head,
    those,
)

__all__ = ["DOCUMENTS"]

_AGENT = Field("user_agent.original", "user_agent", "What the browser or app calls itself.",
               free=True)  # fmt: skip
_BESIDE = (
    SEGMENT,
    Field(
        "user.tenure_days",
        "date_diff('day', customer_since, time)::INTEGER",
        "Days since the person became a customer.",
        Type.INTEGER,
    ),
    DEVICE_USERS,
)
_JOINS = f"LEFT JOIN known.person ON person = user_id {DEVICE_USERS_JOIN}"

_SESSION = Document(
    "session",
    "A person's visit to the bank's app or site.",
    Kind.EVENT,
    f"today.session LEFT JOIN {those('known.ip', 'ip_id', 'today.session')} USING (ip_id) "
    f"LEFT JOIN {those('known.agent', 'device_id', 'today.session')} USING (device_id) "
    "LEFT JOIN (SELECT session_id, bool_or(type = 'sign_in') AS signed_in FROM "
    f"{those('today.action', 'session_id', 'today.session')} GROUP BY 1) USING (session_id)",
    (
        *head("session", "When it began.", category="session", type="start"),
        Field(
            "event.outcome",
            "CASE WHEN coalesce(signed_in, true) THEN 'success' ELSE 'failure' END",
            "success, or failure: nobody came to be signed in.",
        ),
        Field("event.duration", "duration_ms::BIGINT * 1000000", "How long it lasted, in "
              "nanoseconds.", Type.LONG),
        USER,
        DEVICE,
        _AGENT,
        *SOURCE,
        *LOCAL,
    ),
    _BESIDE,
    _JOINS,
)  # fmt: skip

_ACTION = Document(
    "action",
    "What was done in a session, other than paying.",
    Kind.EVENT,
    "today.action LEFT JOIN (SELECT session_id, device_id, ip_id FROM "
    f"{those('today.session', 'session_id', 'today.action')}) USING (session_id) "
    f"LEFT JOIN {those('known.ip', 'ip_id', 'today.session')} USING (ip_id)",
    (
        *head("action", "When it was done."),
        Field("event.action", "type", "sign_in, sign_in_failed, balance_viewed, payee_added, "
              "password_changed, email_changed, phone_changed, address_changed, "
              "device_registered."),
        Field(
            "event.category",
            "CASE WHEN type IN ('sign_in', 'sign_in_failed') THEN 'authentication' "
            "WHEN type = 'balance_viewed' THEN 'session' ELSE 'iam' END",
            "authentication, iam or session.",
        ),
        Field(
            "event.type",
            "CASE WHEN type IN ('sign_in', 'sign_in_failed') THEN 'start' "
            "WHEN type = 'balance_viewed' THEN 'info' "
            "WHEN type IN ('payee_added', 'device_registered') THEN 'creation' ELSE 'change' END",
            "start, info, creation or change.",
        ),
        Field(
            "event.outcome",
            "CASE type WHEN 'sign_in_failed' THEN 'failure' ELSE 'success' END",
            "success or failure.",
        ),
        USER,
        SESSION,
        DEVICE,
        Field("payee.account.id", "payee_account_id", "The payee that was added.",
              refers="account", copies=("related.account",)),
        *SOURCE,
        *LOCAL,
    ),
    _BESIDE,
    _JOINS,
)  # fmt: skip

DOCUMENTS = (_SESSION, _ACTION)
