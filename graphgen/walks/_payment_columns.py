"""The payment table's compiled loops: what a booked row shows of the proposal it came from.

`source` is the proposal of each row, -1 for none. Every array of ids has one more entry than there
are rows: that of row -1, which is none.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from graphgen.compiled import compiled
from graphgen.schedule import TILLS
from graphgen.schema import words
from graphgen.table import Array

__all__ = ["Online", "Shops", "online", "parties", "situations", "spent_at", "terminals"]

_CARD, _CASH = words.RAILS.index("card"), words.RAILS.index("cash")
_POS, _BRANCH, _FILE = (words.CHANNELS.index(c) for c in ("pos", "branch", "file"))
_QUARTER_MS = 900_000
_FIRST_TERMINAL, _TERMINALS = 10_000_000, 89_999_999


class Shops(NamedTuple):
    """What is known of merchants; last, of none."""

    of_account: Array
    """int32: the merchant whose account each row of `account` is, -1 for none."""
    id: Array
    category: Array
    """int32: numbers of their category codes."""
    tills: Array
    """int64: how many tills each has, at least one."""


class Online(NamedTuple):
    """What is ordered online comes with these: rows of the day's sessions, of `device` and `ip`.

    Or the ids of these.
    """

    session: Array
    device: Array
    ip: Array


@compiled
def parties(
    debtor: Array,
    creditor: Array,
    counterparty: Array,
    original: Array,
    account_id: Array,
    first_event: int,
    events_a_day: int,
) -> tuple[Array, Array, Array, Array]:
    """Give the ids of debtors, creditors and counterparties, and of the original payments: int64.

    `original` holds day << 32 | number, below 0 for none; the first id of day 0 is `first_event`.
    """
    count = len(debtor)
    out_debtor, out_creditor = np.empty(count, np.int64), np.empty(count, np.int64)
    out_counterparty, out_original = np.empty(count, np.int64), np.empty(count, np.int64)
    for row in range(count):
        out_debtor[row] = account_id[debtor[row]]
        out_creditor[row] = account_id[creditor[row]]
        out_counterparty[row] = account_id[counterparty[row]]
        earlier = original[row]
        out_original[row] = (
            -1
            if earlier < 0
            else first_event + (earlier >> 32) * events_a_day + (earlier & 0xFFFFFFFF)
        )
    return out_debtor, out_creditor, out_counterparty, out_original


@compiled
def situations(
    source: Array,
    time: Array,
    midnight: int,
    user: Array,
    channel: Array,
    habit: Array,
    zone: Array,
    offset: Array,
    purpose: Array,
) -> tuple[Array, Array, Array]:
    """Give the minutes that payers' clocks are ahead (int16), channels and purposes (int8).

    `offset` is int16 (zones, quarters of an hour); `purpose` that of each habit, told in files.
    """
    count = len(source)
    out_offset = np.full(count, -1, np.int16)
    out_channel, out_purpose = np.full(count, -1, np.int8), np.full(count, -1, np.int8)
    for row in range(count):
        i = source[row]
        if i < 0:
            continue
        out_channel[row] = channel[i]
        if user[i] >= 0:
            out_offset[row] = offset[zone[user[i]], (time[row] - midnight) // _QUARTER_MS]
        if channel[i] == _FILE:
            out_purpose[row] = purpose[habit[i]]
    return out_offset, out_channel, out_purpose


@compiled
def spent_at(
    source: Array, creditor: Array, rail: Array, card: Array, card_id: Array, shops: Shops
) -> tuple[Array, Array, Array]:
    """Give the ids of cards and of the merchants where they are used (int64), and the categories.

    These are int32: numbers of codes.
    """
    of_account, merchant_id, category, _ = shops
    count = len(source)
    out_card, out_merchant = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    out_category = np.full(count, -1, np.int32)
    for row in range(count):
        i = source[row]
        if i >= 0 and rail[i] == _CARD:
            merchant = of_account[creditor[row]]
            out_card[row] = card_id[card[i]]
            out_merchant[row] = merchant_id[merchant]
            out_category[row] = category[merchant]
    return out_card, out_merchant, out_category


@compiled
def terminals(
    source: Array,
    time: Array,
    debtor: Array,
    creditor: Array,
    user: Array,
    rail: Array,
    channel: Array,
    account_id: Array,
    town: Array,
    shops: Shops,
) -> Array:
    """Give the tills, machines and counters where cards are shown and cash changes hands: int32."""
    of_account, merchant_id, _, tills = shops
    out = np.full(len(source), -1, np.int32)
    for row in range(len(source)):
        i = source[row]
        if i < 0:
            continue
        if rail[i] == _CARD and channel[i] == _POS:
            merchant = of_account[creditor[row]]
            number = merchant_id[merchant] * 7919 + time[row] % tills[merchant]
            out[row] = _FIRST_TERMINAL + number % _TERMINALS
        elif rail[i] == _CASH:
            # machines and counters are a bank's in a town; a firm goes where it always goes
            payer, payee = debtor[row], creditor[row]
            vault, own = min(payer, payee), max(payer, payee)
            place = town[user[i]] if user[i] >= 0 else own
            number = account_id[vault] + place * 104_729 + time[row] % TILLS
            number += TILLS if channel[i] == _BRANCH else 0
            out[row] = _FIRST_TERMINAL + number % _TERMINALS
    return out


@compiled
def online(source: Array, ordered: Online, ids: Online) -> tuple[Array, Array, Array]:
    """Give the ids of sessions, devices and addresses from where rows were ordered: int64."""
    session, device, ip = ordered
    session_id, device_id, ip_id = ids
    count = len(source)
    out_session = np.full(count, -1, np.int64)
    out_device, out_ip = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    for row in range(count):
        i = source[row]
        if i >= 0 and device[i] >= 0:
            out_session[row] = session_id[session[i]]
            out_device[row] = device_id[device[i]]
            out_ip[row] = ip_id[ip[i]]
    return out_session, out_device, out_ip
