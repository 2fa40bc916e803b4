"""The payment table's compiled loop: what a booked row shows of the proposal it came from."""

from __future__ import annotations

import numpy as np

from graphgen.compiled import compiled
from graphgen.schedule import TILLS
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["assemble"]

_CARD, _CASH = words.RAILS.index("card"), words.RAILS.index("cash")
_POS, _BRANCH, _FILE = (words.CHANNELS.index(c) for c in ("pos", "branch", "file"))
_QUARTER_MS = 900_000
_FIRST_TERMINAL, _TERMINALS = 10_000_000, 89_999_999


@compiled
def assemble(  # noqa: PLR0915 - one statement a column
    source: Array,
    time: Array,
    debtor: Array,
    creditor: Array,
    counterparty: Array,
    original: Array,
    midnight: int,
    users: Array,
    cards: Array,
    rails: Array,
    channels: Array,
    habits: Array,
    sessions: Array,
    devices: Array,
    ips: Array,
    account_id: Array,
    card_id: Array,
    merchant_id: Array,
    session_id: Array,
    device_id: Array,
    ip_id: Array,
    merchant_of: Array,
    category: Array,
    tills: Array,
    town: Array,
    zone: Array,
    offset: Array,
    purpose: Array,
    first_event: int,
    events_a_day: int,
) -> tuple[Array, ...]:
    """Give the columns of `payment` that say who, where and from what.

    Every id array has one more entry than there are rows: that of row -1, which is none.
    """
    count = len(source)
    out_offset = np.empty(count, np.int16)
    out_debtor = np.empty(count, np.int64)
    out_creditor = np.empty(count, np.int64)
    out_counterparty = np.empty(count, np.int64)
    out_channel = np.empty(count, np.int8)
    out_purpose = np.empty(count, np.int8)
    out_original = np.empty(count, np.int64)
    out_card = np.empty(count, np.int64)
    out_merchant = np.empty(count, np.int64)
    out_category = np.empty(count, np.int32)
    out_terminal = np.empty(count, np.int32)
    out_session = np.empty(count, np.int64)
    out_device = np.empty(count, np.int64)
    out_ip = np.empty(count, np.int64)
    for row in range(count):
        payer, payee, i = debtor[row], creditor[row], source[row]
        out_debtor[row] = account_id[payer]
        out_creditor[row] = account_id[payee]
        out_counterparty[row] = account_id[counterparty[row]]
        later = original[row]
        out_original[row] = (
            -1 if later < 0 else first_event + (later >> 32) * events_a_day + (later & 0xFFFFFFFF)
        )
        out_offset[row] = -1
        out_channel[row] = -1
        out_purpose[row] = -1
        out_card[row] = -1
        out_merchant[row] = -1
        out_category[row] = -1
        out_terminal[row] = -1
        out_session[row] = -1
        out_device[row] = -1
        out_ip[row] = -1
        if i < 0:
            continue
        user, rail, channel = users[i], rails[i], channels[i]
        out_channel[row] = channel
        if user >= 0:
            out_offset[row] = offset[zone[user], (time[row] - midnight) // _QUARTER_MS]
        if channel == _FILE:
            out_purpose[row] = purpose[habits[i]]
        if rail == _CARD:
            merchant = merchant_of[payee]
            out_card[row] = card_id[cards[i]]
            out_merchant[row] = merchant_id[merchant]
            out_category[row] = category[merchant]
            if channel == _POS:
                number = merchant_id[merchant] * 7919 + time[row] % tills[merchant]
                out_terminal[row] = _FIRST_TERMINAL + number % _TERMINALS
        elif rail == _CASH:
            # machines and counters are a bank's in a town; a firm goes where it always goes
            vault, own = min(payer, payee), max(payer, payee)
            place = town[user] if user >= 0 else own
            number = account_id[vault] + place * 104_729 + time[row] % TILLS
            number += TILLS if channel == _BRANCH else 0
            out_terminal[row] = _FIRST_TERMINAL + number % _TERMINALS
        if devices[i] >= 0:
            out_session[row] = session_id[sessions[i]]
            out_device[row] = device_id[devices[i]]
            out_ip[row] = ip_id[ips[i]]
    return (
        out_offset,
        out_debtor,
        out_creditor,
        out_counterparty,
        out_channel,
        out_purpose,
        out_original,
        out_card,
        out_merchant,
        out_category,
        out_terminal,
        out_session,
        out_device,
        out_ip,
    )
