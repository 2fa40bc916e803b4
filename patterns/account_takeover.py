"""Account takeover: somebody else signs in, and the account is emptied before its owner looks.

Passwords from a leak are tried on a victim's access. When one fits, the attacker's device is
registered, the victim's telephone number, e-mail address or password is replaced, a payee is added,
and 70 to 100 % of the balance goes to this payee, a mule, who sends it on or draws it in cash and
keeps a cut. It looks like somebody with a new phone and a new number who pays for a house move.

By definition (`defined_by`) a victim has a device and an address more than before, failed attempts
to sign in, a new payee, and payments that are large beside the balance; the look-alike has them
too. What sets the crime apart is that the device goes again, and where the money goes from the
payee.

Sources: Sift (https://www.eknix.com/blog/account-takeover-2026/): 1.2 % of sign-ins in finance are
attacks; DeepStrike (https://deepstrike.io/blog/account-takeover-fraud-statistics): 6 million people
a year in the United States fall victim to it. Gen (https://www.gendigital.com/blog/insights/research/residential-proxies)
on attacks through the addresses of households. That it takes five minutes to a day, one to five
transfers, and how addresses are shared out by kind is our assumption, as is the prevalence: 60 in
10,000 accounts a year.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval

from graphgen.access import addresses, mailboxes, new_devices, own_address, ways
from graphgen.flow import banking, dwell, first_day, times, within
from graphgen.graph import Graph
from graphgen.mules import at_the_counter, dealt, recruits, through
from graphgen.pattern import Pattern, cases, choose, members
from graphgen.population.holders import holders
from graphgen.population.identity import phones
from graphgen.schema import words
from graphgen.table import Array, Table
from graphgen.world import DAY_MS

_MINUTE, _HOUR = 60_000, 3_600_000
_ADDRESSES = {"home": 0.6, "vpn": 0.2, "hosting": 0.1, "mobile": 0.1}
"""What attackers hide behind: mostly the homes of others, as residential proxies."""
_AWAY = {"home": 0.5, "mobile": 0.3, "public": 0.2}
"""Where people are who have just moved."""
_PASSED, _CASH = (0.90, 0.98), 0.3
"""Shares of a receipt that a mule passes on, and of the mules who draw it in cash."""
_FAILED, _PASSWORD, _EMAIL, _PHONE = (
    words.ACTIONS.index(w)
    for w in ("sign_in_failed", "password_changed", "email_changed", "phone_changed")
)


@dataclass(frozen=True)
class AccountTakeover(Pattern):
    """Failed sign-ins, a new device, a changed number, a new payee, and the balance is gone."""

    prevalence: ClassVar[float] = 15.0
    defined_by: ClassVar[tuple[str, ...]] = (
        "amount_minor",
        "device_registered",
        "devices",
        "first seen",
        "ips",
        "lowest balance",
        "new devices",
        "new ips",
        "payee_added",
        "sessions",
        "sign_in_failed",
        "transferred out",
    )

    tries: Annotated[int, Interval(ge=1, le=4)] = 4
    """Failed attempts to sign in at most, before one succeeds."""

    transfers: Annotated[int, Interval(ge=1, le=10)] = 5
    """Transfers at most in which the balance is taken."""

    drained: Annotated[float, Interval(ge=0.05, le=0.95)] = 0.7
    """At least this share of the balance is taken."""

    hours: Annotated[float, Interval(ge=0.25, le=168)] = 24.0
    """Hours from the first success to the last transfer at most."""

    def plant(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield the attack on each victim, and how the mule passes on what it brings."""
        count, what = self.instances(graph), "account_takeover: victims and mules"
        victim = choose(rng, banking(graph), (count,), what)
        shape = (count, self._payees())
        mule = recruits(graph, rng, shape, what, hardness=self.hardness, besides=victim)
        ip = addresses(graph, rng, count, **_ADDRESSES)
        yield from self._emptied(graph, rng, victim, mule, ip, is_fraud=True)

    def plant_lookalike(self, graph: Graph, rng: np.random.Generator) -> Iterator[Table]:
        """Yield people with a new phone who pay for something large from it."""
        shape = (self.lookalikes(graph), 1 + self._payees())
        people = choose(rng, banking(graph), shape, "account_takeover: look-alikes' people")
        owner, payee = people[:, 0], people[:, 1:]
        # the harder, the more of them are away from home: on a network that is new to them
        away = rng.random(len(owner)) < self.hardness
        ip = np.where(away, addresses(graph, rng, len(owner), **_AWAY), own_address(graph, owner))
        yield from self._emptied(graph, rng, owner, payee, ip, is_fraud=False)

    def _payees(self) -> int:
        """Say among how many accounts at most the money of a case is dealt out."""
        return min(self.transfers, 1 + round(1.2 * self.hardness))

    def _emptied(
        self,
        graph: Graph,
        rng: np.random.Generator,
        owner: Array,
        payee: Array,
        ip: Array,
        *,
        is_fraud: bool,
    ) -> Iterator[Table]:
        """Yield cases: a device that is new to the owner, and from it the balance paid out."""
        count, end, case = len(owner), graph.world.end_ms, graph.new("case", len(owner))
        cash = rng.random((count, 1)) < _CASH
        at, tried, paid = self._moments(graph, rng, owner, cash, is_fraud=is_fraud)
        mule, payee = dealt(payee, paid[:, : self.transfers])
        acts, pays = at[:, : self.tries + 2], at[:, self.tries + 2 :]
        there = np.concatenate([tried, np.ones((count, 2), bool), paid], axis=1)
        first = at.min(axis=1, where=there, initial=end)
        last = at.max(axis=1, where=there, initial=0)
        stays = rng.integers(_HOUR, DAY_MS * (1 + round(20 * self.hardness)), count)
        until = last + stays if is_fraud else np.full(count, end)
        device, table = new_devices(graph, rng, count, "phone")
        yield table
        # what is tried first needs a way too: one at no rate, that registers nothing
        way, table = ways(
            graph,
            person=owner,
            device=device,
            ip=ip,
            rate=np.stack([np.zeros(count), 0.6 * rng.lognormal(0, 0.5, count)]),
            begin=np.stack([first, acts[:, -2]]),
            end=until,
            case=case,
            stage="preparation" if is_fraud else None,
        )
        yield table
        yield from self._changed(graph, rng, owner, acts, tried, way, case, is_fraud=is_fraud)
        yield through(
            graph,
            rng,
            pays,
            paid,
            case=case[:, None],
            payer=owner[:, None],
            mule=mule,
            cash=cash,
            passed=_PASSED,
            stages=("theft", "layering") if is_fraud else None,
            amount_of="balance",
            share=self._shares(rng, paid[:, : self.transfers]),
            via=way[1][:, None],
        )
        yield cases(graph, self, case, first, until, is_fraud=is_fraud)
        roles = ("victim", "mule") if is_fraud else ("owner", "payee")
        both = dict(zip(roles, (owner[:, None], payee), strict=True))
        main = np.append(holders(graph).main, -1)
        yield from members(
            case,
            user=both if is_fraud else {"owner": owner[:, None]},
            account={role: main[people] for role, people in both.items()},
            device={"new": device[:, None]},
        )

    def _moments(
        self,
        graph: Graph,
        rng: np.random.Generator,
        owner: Array,
        cash: Array,
        *,
        is_fraud: bool,
    ) -> tuple[Array, Array, Array]:
        """Draw when all of it happens: int64 ms, and which attempts and payments there are: bool.

        The columns are the failed attempts, the success, the change, the transfers, and what
        follows from each. The harder, the fewer attempts, and the more transfers over more hours.
        """
        shape, hard = (len(owner), self.transfers), self.hardness
        more = rng.binomial(self.tries - 1, 0.8 - 0.6 * hard, (len(owner), 1))
        tried = np.arange(self.tries) <= more
        wait = rng.integers(4_000, _MINUTE, (len(owner), self.tries + 2))
        # whoever has failed gives it up for an hour or so
        wait[:, -2] = rng.integers(50 * _MINUTE, 90 * _MINUTE, len(owner))
        wait[:, -1] = rng.integers(_MINUTE // 2, 5 * _MINUTE, len(owner))
        wait[:, : self.tries] *= tried
        day = first_day(graph, rng, len(owner), 2 + self.hours / 24)
        start = times(graph, rng, owner, day, "people")
        # all is begun, and all transfers are made, before the window ends
        end = graph.world.end_ms
        start = np.minimum(start, end - rng.integers(3 * _HOUR, 4 * _HOUR, len(owner)))
        begun = start[:, None] + wait.cumsum(axis=1)
        more = rng.binomial(self.transfers - 1, min(1.0, 0.1 + 1.6 * hard), (len(owner), 1))
        takes = np.arange(self.transfers) <= more
        most = (self.hours * _HOUR - 5 * _MINUTE) * (0.02 + 0.9 * hard)
        first = begun[:, -2:-1] + 5 * _MINUTE
        span = np.minimum(most, 0.8 * (end - first)) * rng.uniform(0.3, 1, (len(owner), 1))
        out = first + np.sort(span * rng.random(shape)).astype(np.int64)
        on = out + dwell(rng, shape, 20 * _MINUTE * (1 + 10 * hard), 1.2)
        on = np.where(cash, at_the_counter(graph, rng, owner[:, None], on), on)
        paid = np.concatenate([takes, takes & is_fraud], axis=1)
        at = within(graph, np.concatenate([out, on], axis=1), paid)
        return np.concatenate([begun, at], axis=1), tried, paid

    def _changed(
        self,
        graph: Graph,
        rng: np.random.Generator,
        owner: Array,
        at: Array,
        tried: Array,
        way: Array,
        case: Array,
        *,
        is_fraud: bool,
    ) -> Iterator[Table]:
        """Yield the failed attempts, and the change: of number, e-mail address or password."""
        # the harder, the more often it is the password alone, for attackers above all
        part = np.array([0.4, 0.6, 0]) * (1 - (0.5 if is_fraud else 0.2) * self.hardness)
        part[-1] = 1 - part.sum()
        what = rng.choice([_PHONE, _EMAIL, _PASSWORD], len(owner), p=part)
        phone, email = np.full((2, *at.shape), -1, np.int32)
        number, mailbox = what == _PHONE, what == _EMAIL
        phone[number, -1] = graph.new("phone", int(number.sum()))
        yield phones(graph, int(number.sum()), rng)
        email[mailbox, -1], table = mailboxes(graph, rng, owner[mailbox], own=not is_fraud)
        yield table
        does = np.concatenate([tried, np.tile([False, True], (len(owner), 1))], axis=1)
        done = np.full(at.shape, _FAILED)
        done[:, -1] = what
        over = np.where(done == _FAILED, way[0][:, None], way[1][:, None])
        yield Table.of(
            "acts",
            user_id=np.broadcast_to(owner[:, None], at.shape)[does],
            type=done[does],
            valid_from=at[does],
            via=over[does],
            email_id=email[does],
            phone_id=phone[does],
            stage="preparation" if is_fraud else None,
            case_id=np.broadcast_to(case[:, None], at.shape)[does],
        )

    def _shares(self, rng: np.random.Generator, takes: Array) -> Array:
        """Draw what share of the balance that is left by then each transfer takes: float64."""
        part = takes * rng.lognormal(0, 0.3 + 1.6 * self.hardness, takes.shape)
        part *= rng.uniform(self.drained, 1, (len(part), 1)) / part.sum(axis=1, keepdims=True)
        return np.asarray(part / (1 - np.cumsum(part, axis=1) + part))
