"""What each account received last, over every rail but cards."""

from __future__ import annotations

import numpy as np

from graphgen.table import Array

__all__ = ["KEPT", "Receipts"]

KEPT = 16
"""Receipts of each account that are kept, the latest: our assumption. Most people's accounts get as
many in two months or more; of shops and authorities it is a glance."""


class Receipts:
    """Rings of receipts, by account: the receipt number n of an account is at `n % KEPT`."""

    def __init__(self, accounts: int) -> None:
        shape = (accounts, KEPT)
        self.columns = (
            np.zeros(shape, np.int64),
            np.zeros(shape, np.int64),
            np.zeros(shape, np.int32),
            np.zeros(shape, np.int32),
            np.zeros(accounts, np.int32),
        )
        """When (ms), how much (minor units), from whom (a row of `account`; -1: it is cash), the
        hop of a chain that it is, and, by account, how many there have been."""

    @property
    def got(self) -> Array:
        """How many receipts each account has had: int32."""
        return self.columns[4]
