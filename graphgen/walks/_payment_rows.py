"""Rows of `payment`: what is public of what the ledger booked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphgen.ids import event_ids
from graphgen.proposals import Sessions
from graphgen.schema import SCHEMAS
from graphgen.table import Table, text
from graphgen.walks._payment_columns import assemble

if TYPE_CHECKING:
    from graphgen.public_day import PublicDay

__all__ = ["payment_rows"]


def payment_rows(day: PublicDay) -> Table:
    """Give a day's payments."""
    booked, look, today = day.booked, day.look, day.proposed.today
    payments, ground = day.booked.proposals, look.ground
    written = len(day.proposed[Sessions]) if day.writes("session") else 0
    first, second = (int(event_ids(number, 0, 1)[0]) for number in (0, 1))
    codes, category = look.category
    (
        offset,
        debtor,
        creditor,
        counterparty,
        channel,
        purpose,
        original,
        card,
        merchant,
        mcc,
        terminal,
        session,
        device,
        ip,
    ) = assemble(
        booked.proposal,
        booked.time,
        booked.debtor,
        booked.creditor,
        booked.counterparty,
        booked.original,
        today.midnight,
        payments.user,
        payments.card,
        payments.rail,
        payments.channel,
        payments.habit,
        payments.session if written else np.full(len(payments), -1, np.int32),
        payments.device,
        payments.ip,
        look.ids("account"),
        look.ids("card"),
        look.ids("merchant"),
        np.append(day.event_ids(written), -1),
        look.ids("device"),
        look.ids("ip"),
        look.merchant,
        category,
        look.tills,
        look.town,
        ground.zone,
        today.hours.offset,
        ground.habits.purpose,
        first,
        second - first,
    )
    return Table(
        SCHEMAS["payment"],
        {
            "payment_id": day.event_ids(len(booked)),
            "time": booked.time,
            "utc_offset": offset,
            "debtor_account_id": debtor,
            "creditor_account_id": creditor,
            "counterparty_account_id": counterparty,
            "amount_minor": booked.amount,
            "currency": text([ground.world.place.currency], np.zeros(len(booked), np.int32)),
            "rail": booked.rail,
            "channel": channel,
            "leg": booked.leg,
            "status": booked.status,
            "purpose": purpose,
            "debtor_balance_minor": booked.debtor_balance,
            "creditor_balance_minor": booked.creditor_balance,
            "original_payment_id": original,
            "card_id": card,
            "merchant_id": merchant,
            "mcc": text(codes, mcc),
            "terminal": terminal,
            "session_id": session,
            "device_id": device,
            "ip_id": ip,
        },
    )
