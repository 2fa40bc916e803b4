"""Account takeover: somebody else signs in, and the account is emptied before its owner looks.

Passwords from a leak are tried on a victim's access. When one fits, the attacker's device is
registered, the victim's telephone number, e-mail address or password is replaced, a payee is added,
and 70 to 100 % of the balance goes to this payee, a mule, who sends it on or draws it in cash and
keeps a cut. Of some of the first transfers the mule's bank still finds a part and sends it back. It
looks like somebody with a new phone and a new number who pays for a house move.

By definition (`defined_by`) a victim has a device and an address more than before, failed attempts
to sign in, a payee added just before, payments that are large beside the balance, and little left
after them; the look-alike has them too. What sets the crime apart is where the money goes from the
payee, and that the device goes again; but the harder it is to see, the more of the honest phones
are lent, and go too.

Sources: Sift (https://www.eknix.com/blog/account-takeover-2026/): 1.2 % of sign-ins in finance are
attacks; DeepStrike (https://deepstrike.io/blog/account-takeover-fraud-statistics): 6 million people
a year in the United States fall victim to it. Gen (https://www.gendigital.com/blog/insights/research/residential-proxies)
on attacks through the addresses of households. That it takes five minutes to a day, one to five
transfers, and how addresses are shared out by kind is our assumption, as is the prevalence: 60 in
10,000 accounts a year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.graph import Graph
from graphgen.pattern import Mirrored
from graphgen.planting.access import break_ins, taken_over
from graphgen.planting.addresses import addresses, own_address
from graphgen.planting.flow import emptied
from graphgen.planting.mules import dealt
from graphgen.planting.onward import onward
from graphgen.planting.through import through
from graphgen.reporting import Reporting
from graphgen.table import Table
from graphgen.world import DAY_MS

_HOUR = 3_600_000
_ADDRESSES = {"home": 0.6, "vpn": 0.2, "hosting": 0.1, "mobile": 0.1}
"""What attackers hide behind: mostly the homes of others, as residential proxies."""
_AWAY = {"home": 0.5, "mobile": 0.3, "public": 0.2}
"""Where people are who have just moved; our assumption."""
_PASSED, _CASH = (0.95, 0.98), 0.3
"""Shares of a receipt that a mule passes on, and of the receipts that are drawn in cash; our
assumption."""
_RECALLED, _FOUND = 0.3, (0.15, 1.0)
"""Share of the cases in which a bank calls back what is still there of the first transfer, and how
much of it that is, beside what was passed on; our assumption: the sources say nothing of it."""
_SHORT = 2.0
"""How much more often, at hard, it is people with little on their accounts, as a logarithm;
our assumption."""
_LEAST = 20_000
"""What the owner has at the world's start, at least, in minor units; our assumption."""
_VISITS = (0.5, 0.35)
"""Sessions a day from an attacker's device, and from a new phone beside the old ones; our
assumption."""
_LENT, _SELDOM = 0.85, 4
"""Share of honest people at hard whose new phone is lent while theirs is mended, and to which power
of the hardness fewer are else: it may be lent until after the world's end; our assumption."""


@dataclass(frozen=True)
class AccountTakeover(Mirrored):
    """Failed sign-ins, a new device, a changed number, a new payee, and the balance is gone."""

    prevalence: ClassVar[float] = 15.0
    reporting: ClassVar[Reporting] = Reporting(share=0.95, days=2.0, spread=1.0)
    """Who tells the bank within two business days of learning of it owes 50 dollars at most
    (12 CFR 1005.6(b)(1)); how many tell, and the spread, are our assumption."""
    defined_by: ClassVar[tuple[str, ...]] = (
        "amount_minor", "days since the payee was added", "debtor_balance_minor",
        "device_registered", "devices", "ended", "ended devices", "ended ips", "first seen", "ips",
        "lowest balance", "new devices", "new ips", "sessions", "sign_in_failed", "transferred out",
    )  # fmt: skip

    counterparts: ClassVar[Mapping[str, str]] = {"victim": "owner", "mule": "payee"}
    strangers: ClassVar[tuple[str, ...]] = ("victim", "owner")

    tries: Annotated[int, Interval(ge=1, le=4)] = 4
    """Failed attempts to sign in at most, before one succeeds."""

    transfers: Annotated[int, Interval(ge=1, le=10)] = 5
    """Transfers at most in which the balance is taken."""

    drained: Annotated[float, Interval(ge=0.05, le=0.95)] = 0.7
    """At least this share of the balance is taken."""

    hours: Annotated[float, Interval(ge=0.25, le=168)] = 24.0
    """Hours from the first success to the last transfer at most."""

    def plant_cases(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield break-ins, the balance paid out from a new device, and how mules pass it on."""
        hard, most, end = self.hardness, self.transfers, graph.world.end_ms
        # the harder, the more transfers, over more hours, to two accounts
        takes = np.arange(most) <= rng.binomial(most - 1, 0.1 + 0.4 * hard, (count, 1))
        owner, mule, payee, _ = dealt(
            graph, rng, self, takes, short=_SHORT, least=_LEAST, is_fraud=is_fraud
        )
        person, case = owner[:, 0], graph.new("case", count)
        # the harder, the more honest people are away from home: on a network that is new to them
        away = is_fraud | (rng.random(count) < hard)
        ip = addresses(graph, rng, count, **(_ADDRESSES if is_fraud else _AWAY))
        tries, there, out = break_ins(
            graph, rng, person, tries=self.tries, acts=most, hours=self.hours, hardness=hard
        )
        recalled = is_fraud & (rng.random(count) < _RECALLED)
        hops = onward(
            graph, rng, out, takes, takes & is_fraud,
            payer=owner,
            payee=mule,
            back=recalled * rng.uniform(*_FOUND, count),
            share=emptied(rng, takes, (self.drained, 1), 0.3 + 1.6 * hard),
            passed=_PASSED,
            cash=_CASH,
            hardness=hard,
        )  # fmt: skip
        stays = rng.integers(_HOUR, DAY_MS * (1 + round(20 * hard)), count)
        # the harder, the more honest people bank from a phone that is lent to them, and goes again
        goes = is_fraud | (rng.random(count) < _LENT * hard**_SELDOM)
        until = np.where(goes, hops.last + stays, end)
        device, way, added = taken_over(
            graph, rng, tries, there,
            person=person,
            ip=np.where(away, ip, own_address(graph, person)),
            visits=_VISITS[0 if is_fraud else 1] * rng.lognormal(0, 0.5, count),
            until=until,
            # the harder, the more often it is the password alone, for attackers above all
            password=(0.5 if is_fraud else 0.2) * hard,
            case=case,
            is_fraud=is_fraud,
        )  # fmt: skip
        yield from added
        yield from through(
            graph, rng, self, case, hops,
            begins="theft",
            roles={"victim": owner, "mule": payee},
            device={"new": device},
            span=(tries.min(axis=1, where=there, initial=end), until),
            is_fraud=is_fraud,
            amount_of="balance",
            via=np.where(hops.follows < 0, way[:, None], -1),
        )  # fmt: skip
