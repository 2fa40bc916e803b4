"""Rows of `payment`: what is public of what the ledger booked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from graphgen.ids import event_ids
from graphgen.proposals import Sessions
from graphgen.schema import SCHEMAS
from graphgen.table import Array, Table, text
from graphgen.walks._payment_columns import (
    Online,
    Shops,
    online,
    parties,
    situations,
    spent_at,
    terminals,
)

if TYPE_CHECKING:
    from graphgen.public_day import PublicDay

__all__ = ["payment_rows"]


def payment_rows(day: PublicDay) -> Table:
    """Give a day's payments."""
    booked, world = day.booked, day.look.ground.world
    columns: dict[str, Any] = {
        "payment_id": day.event_ids(len(booked)),
        "time": booked.time,
        "amount_minor": booked.amount,
        "currency": text([world.place.currency], np.zeros(len(booked), np.int32)),
        "rail": booked.rail,
        "leg": booked.leg,
        "status": booked.status,
        "debtor_balance_minor": booked.debtor_balance,
        "creditor_balance_minor": booked.creditor_balance,
    }
    columns |= _parties(day) | _situations(day) | _places(day) | _online(day)
    return Table(SCHEMAS["payment"], columns)


def _parties(day: PublicDay) -> dict[str, Array]:
    """Say who pays whom, and what a later leg belongs to."""
    booked = day.booked
    first, second = (int(event_ids(number, 0, 1)[0]) for number in (0, 1))
    debtor, creditor, counterparty, original = parties(
        booked.debtor,
        booked.creditor,
        booked.counterparty,
        booked.original,
        day.look.ids("account"),
        first,
        second - first,
    )
    return {
        "debtor_account_id": debtor,
        "creditor_account_id": creditor,
        "counterparty_account_id": counterparty,
        "original_payment_id": original,
    }


def _situations(day: PublicDay) -> dict[str, Array]:
    """Say what the payer's clock shows, over which channel it is paid, and what for."""
    booked, ground, today = day.booked, day.look.ground, day.proposed.today
    payments = booked.proposals
    offset, channel, purpose = situations(
        booked.proposal,
        booked.time,
        today.midnight,
        payments.user,
        payments.channel,
        payments.habit,
        ground.zone,
        today.hours.offset,
        ground.habits.purpose,
    )
    return {"utc_offset": offset, "channel": channel, "purpose": purpose}


def _places(day: PublicDay) -> dict[str, Any]:
    """Say with which card, at which merchant's and at which terminal it is paid."""
    booked, look, payments = day.booked, day.look, day.booked.proposals
    codes, category = look.category
    shops = Shops(look.merchant, look.ids("merchant"), category, look.tills)
    card, merchant, mcc = spent_at(
        booked.proposal, booked.creditor, payments.rail, payments.card, look.ids("card"), shops
    )
    terminal = terminals(
        booked.proposal,
        booked.time,
        booked.debtor,
        booked.creditor,
        payments.user,
        payments.rail,
        payments.channel,
        look.ids("account"),
        look.town,
        shops,
    )
    return {
        "card_id": card,
        "merchant_id": merchant,
        "mcc": text(codes, mcc),
        "terminal": terminal,
    }


def _online(day: PublicDay) -> dict[str, Array]:
    """Say in which session it is ordered, if they are written, and from where."""
    look, payments = day.look, day.booked.proposals
    written = len(day.proposed[Sessions]) if day.writes("session") else 0
    nothing = np.full(len(payments), -1, np.int32)
    session, device, ip = online(
        day.booked.proposal,
        Online(payments.session if written else nothing, payments.device, payments.ip),
        Online(np.append(day.event_ids(written), -1), look.ids("device"), look.ids("ip")),
    )
    return {"session_id": session, "device_id": device, "ip_id": ip}
