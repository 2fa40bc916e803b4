"""Account takeover: somebody else signs in, and the account is emptied before its owner looks.

Passwords from a leak are tried on a victim's access. When one fits, the attacker's device is
registered, the victim's telephone number, e-mail address or password is replaced, a payee is added,
and 70 to 100 % of the balance goes to this payee, a mule, who sends it on or draws it in cash and
keeps a cut. Of some of the first transfers the mule's bank still finds a part and sends it back. It
looks like somebody with a new phone and a new number who pays for a house move.

By definition (`defined_by`) a victim has a device and an address more than before, failed attempts
to sign in, payments that are large beside the balance, and little left after them; the look-alike
has them too. What sets the crime apart is where the money goes from the payee, and that the device
goes again; but the harder it is to see, the more of the honest phones are lent, and go too.

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
from graphgen.pattern import Pattern
from graphgen.planting.access import addresses, attempts, own_address, taken_over
from graphgen.planting.flow import first_day, times
from graphgen.planting.hops import planned, through
from graphgen.planting.mules import dealt
from graphgen.reporting import Reporting
from graphgen.table import Array, Table
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
_QUICK = 0.75
"""Hours after the first success in which things are made ready, if there are as many; our
assumption."""


@dataclass(frozen=True)
class AccountTakeover(Pattern):
    """Failed sign-ins, a new device, a changed number, a new payee, and the balance is gone."""

    prevalence: ClassVar[float] = 15.0
    reporting: ClassVar[Reporting] = Reporting(share=0.95, days=2.0, spread=1.0)
    """Who tells the bank within two business days of learning of it owes 50 dollars at most
    (12 CFR 1005.6(b)(1)); how many tell, and the spread, are our assumption."""
    defined_by: ClassVar[tuple[str, ...]] = (
        "amount_minor",
        "debtor_balance_minor",
        "device_registered",
        "devices",
        "ended",
        "ended devices",
        "ended ips",
        "first seen",
        "ips",
        "lowest balance",
        "new devices",
        "new ips",
        "sessions",
        "sign_in_failed",
        "transferred out",
    )

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

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the attack on each victim, and how the mules pass on what it brings."""
        yield from self._emptied(graph, rng, self.instances(graph), is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield people with a new phone who pay for something large from it."""
        yield from self._emptied(graph, rng, self.lookalikes(graph), is_fraud=False)

    def _emptied(
        self, graph: Graph, rng: np.random.Generator, count: int, *, is_fraud: bool
    ) -> Iterator[Table]:
        """Yield cases: a device that is new to the owner, and from it the balance paid out."""
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
        tries, there, out = self._moments(graph, rng, person)
        recalled = is_fraud & (rng.random((count, 1)) < _RECALLED)
        weight = np.ones((count, 2 * most + 1))
        weight[:, -1] = rng.uniform(*_FOUND, count)
        hops = planned(
            graph,
            rng,
            out,
            np.concatenate([takes, takes & is_fraud, recalled], axis=1),
            payer=np.concatenate([owner.repeat(most, axis=1), mule, mule[:, :1]], axis=1),
            payee=np.concatenate([mule, np.full_like(mule, -1), owner], axis=1),
            follows=np.concatenate([np.full(most, -1), np.arange(most), [0]]),
            share=self._shares(rng, takes),
            weight=weight,
            passed=_PASSED,
            drawn=np.repeat([0, _CASH, 0], [most, most, 1]),
            hardness=hard,
        )
        stays = rng.integers(_HOUR, DAY_MS * (1 + round(20 * hard)), count)
        # the harder, the more honest people bank from a phone that is lent to them, and goes again
        goes = is_fraud | (rng.random(count) < _LENT * hard**_SELDOM)
        until = np.where(goes, hops.last + stays, end)
        device, way, added = taken_over(
            graph,
            rng,
            tries,
            there,
            person=person,
            ip=np.where(away, ip, own_address(graph, person)),
            visits=_VISITS[0 if is_fraud else 1] * rng.lognormal(0, 0.5, count),
            until=until,
            # the harder, the more often it is the password alone, for attackers above all
            password=(0.5 if is_fraud else 0.2) * hard,
            case=case,
            is_fraud=is_fraud,
        )
        yield from added
        roles = ("victim", "mule") if is_fraud else ("owner", "payee")
        yield from through(
            graph,
            rng,
            self,
            case,
            hops,
            begins="theft",
            roles=dict(zip(roles, (owner, payee), strict=True)),
            device={"new": device},
            span=(tries.min(axis=1, where=there, initial=end), until),
            is_fraud=is_fraud,
            amount_of="balance",
            via=np.where(hops.follows < 0, way[:, None], -1),
        )

    def _moments(
        self, graph: Graph, rng: np.random.Generator, person: Array
    ) -> tuple[Array, Array, Array]:
        """Draw when attempts are made, which there are, and when money is sent: int64 ms.

        All is begun, and all transfers are made, before the window ends.
        """
        count, end, quick = len(person), graph.world.end_ms, min(_QUICK, self.hours) * _HOUR
        day = first_day(graph, rng, count, 2 + self.hours / 24)
        start = times(graph, rng, person, day, "counter")
        start = np.minimum(start, end - rng.integers(3 * _HOUR, 4 * _HOUR, count))
        tries, there = attempts(rng, start, self.tries, quick, self.hardness)
        entry = tries[:, -2:-1]
        span = np.minimum(self.hours * _HOUR, 0.8 * (end - entry)) - 0.45 * quick
        span = span * (0.02 + 0.9 * self.hardness) * rng.uniform(0.3, 1, (count, 1))
        at = np.sort(rng.random((count, self.transfers)), axis=1)
        return tries, there, (entry + 0.45 * quick + span * at).astype(np.int64)

    def _shares(self, rng: np.random.Generator, takes: Array) -> Array:
        """Draw what share of the balance that is left by then each transfer takes: float64."""
        part = takes * rng.lognormal(0, 0.3 + 1.6 * self.hardness, takes.shape)
        part *= rng.uniform(self.drained, 1, (len(part), 1)) / part.sum(axis=1, keepdims=True)
        return np.asarray(part / (1 - np.cumsum(part, axis=1) + part))
