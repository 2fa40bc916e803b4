"""The event sequence of a session: what is done in it, one thing after the other."""

from __future__ import annotations

from graphgen.neo4j.element import End, Model, Node, Property, Relationship, Type

__all__ = ["MODEL", "VIEWS"]

_DATETIME = Type.DATETIME

_LABELS = {
    "sign_in": ("Authentication", "HAS_AUTHENTICATION", False),
    "sign_in_failed": ("Authentication", "HAS_AUTHENTICATION", False),
    "balance_viewed": ("ViewBalance", "HAS_VIEW_BALANCE", True),
    "payee_added": ("AddExternalAccount", "HAS_ADD_EXTERNAL_ACCOUNT", False),
    "password_changed": ("ChangePassword", "HAS_CHANGE_PASSWORD", True),
    "email_changed": ("ChangeEmail", "HAS_CHANGE_EMAIL", False),
    "phone_changed": ("ChangePhone", "HAS_CHANGE_PHONE", False),
    "address_changed": ("ChangeAddress", "HAS_CHANGE_ADDRESS", False),
    "device_registered": ("RegisterDevice", "HAS_REGISTER_DEVICE", True),
    "transfer": ("Transfer", "HAS_TRANSFER", False),
}
"""What each action is labelled, how its session leads to it, and whether both are ours."""

VIEWS = {
    # actions and payments are numbered alike: an event's number is twice its own, and one for money
    "today.event": """
SELECT 2 * action_id AS event_id, 'N' || action_id AS spelled, type, time, session_id, user_id,
  payee_account_id, NULL::BIGINT AS payment_id, NULL AS status
FROM today.action
UNION ALL
SELECT 2 * payment_id + 1, 'P' || payment_id, 'transfer', time, session_id, NULL, NULL, payment_id,
  status
FROM today.transfer WHERE session_id IS NOT NULL""",
}
"""Views that the rows below are taken from."""

_SECOND = (
    "CASE type "
    + " ".join(f"WHEN '{action}' THEN '{label}'" for action, (label, _, _) in _LABELS.items())
    + " END"
)
_EVENT = Node(
    "Event",
    "Something that is done in a session; its second label says what.",
    "today.event",
    "event_id",
    ("eventId",),
    (
        Property("eventId", "spelled", "Key: the id of the action, or of the payment."),
        Property(
            "method",
            "CASE WHEN type IN ('sign_in', 'sign_in_failed') THEN 'password' END",
            "Of an Authentication: password.",
        ),
        Property(
            "status",
            "CASE type WHEN 'sign_in' THEN 'success' WHEN 'sign_in_failed' THEN 'failed' END",
            "Of an Authentication: success or failed.",
        ),
        Property("createdAt", "time", "When.", _DATETIME),
    ),
    second=_SECOND,
    seconds=tuple(dict.fromkeys(label for label, _, _ in _LABELS.values())),
)


def _has() -> tuple[Relationship, ...]:
    """Give what leads from a session to each kind of event in it."""
    kinds: dict[tuple[str, str, bool], list[str]] = {}
    for action, kind in _LABELS.items():
        kinds.setdefault(kind, []).append(f"'{action}'")
    return tuple(
        Relationship(
            kind,
            f"A session has an event: {label}.",
            End("Session", "session_id"),
            End("Event", "event_id"),
            f"today.event WHERE type IN ({', '.join(actions)})",
            extends=extends,
        )
        for (label, kind, extends), actions in kinds.items()
    )


_CONNECTS = Relationship(
    "CONNECTS",
    "A customer signs in, or tries to.",
    End("Customer", "user_id"),
    End("Event", "event_id"),
    "today.event WHERE type IN ('sign_in', 'sign_in_failed')",
)
_NEXT = Relationship(
    "NEXT",
    "The event of the same session that comes next.",
    End("Event", "before"),
    End("Event", "event_id"),
    "(SELECT event_id, lag(event_id) OVER (PARTITION BY session_id ORDER BY time, event_id) "
    "AS before FROM today.event) WHERE before IS NOT NULL",
)
_ADD_ACCOUNT = Relationship(
    "ADD_ACCOUNT",
    "The account of the payee that is added.",
    End("Event", "event_id"),
    End("Account", "payee_account_id"),
    "today.event WHERE payee_account_id IS NOT NULL",
)


def _transfers(label: str, status: str, *, extends: bool) -> Relationship:
    return Relationship(
        "HAS_TRANSACTION",
        "The payment that is ordered.",
        End("Event", "event_id"),
        End(label, "payment_id"),
        f"today.event WHERE type = 'transfer' AND status = '{status}'",
        extends=extends,
    )


def _changes(what: str, table: str, label: str) -> tuple[Relationship, ...]:
    """Give what was changed in an event, from what and to what."""
    held = "lives_at" if what == "address" else f"has_{table}"
    return tuple(
        Relationship(
            f"{which}_{label.upper()}",
            f"The {what} {told}.",
            End("Event", "event_id"),
            End(label, f"{table}_id"),
            f"(SELECT e.event_id, h.{table}_id FROM today.event e JOIN {held} h "
            f"ON h.user_id = e.user_id AND h.{column} = e.time "
            f"WHERE e.type = '{what}_changed')",
        )
        for which, column, told in (
            ("OLD", "until", "that held till then"),
            ("NEW", "since", "that holds from then on"),
        )
    )


_REGISTERS = Relationship(
    "REGISTERS",
    "The device that is registered: the one of the session.",
    End("Event", "event_id"),
    End("Device", "device_id"),
    "today.event JOIN today.session USING (session_id) WHERE type = 'device_registered'",
    extends=True,
)

MODEL = Model(
    (_EVENT,),
    (
        *_has(),
        _CONNECTS,
        _NEXT,
        _ADD_ACCOUNT,
        _transfers("Transaction", "booked", extends=False),
        _transfers("DeclinedTransaction", "declined", extends=True),
        *_changes("email", "email", "Email"),
        *_changes("phone", "phone", "Phone"),
        *_changes("address", "address", "Address"),
        _REGISTERS,
    ),
)
