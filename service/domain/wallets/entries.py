"""Entries and the operations they belong to."""

import datetime as dt
import uuid

from service.domain.wallets.types import Reason


class Entry:
    """One signed line; `takes`: (lot_no, units), negative where it took, positive given back."""

    __slots__ = (
        "amount", "before", "debt_change", "occurred_at", "op_id", "op_line", "reason", "seq",
        "takes",
    )  # fmt: skip

    def __init__(
        self,
        seq: int,
        before: int,
        amount: int,
        debt_change: int,
        reason: Reason,
        op_id: uuid.UUID,
        op_line: int,
        occurred_at: dt.datetime,
        takes: tuple[tuple[int, int], ...],
    ) -> None:
        self.seq = seq
        self.before = before
        self.amount = amount
        self.debt_change = debt_change
        self.reason = reason
        self.op_id = op_id
        self.op_line = op_line
        self.occurred_at = occurred_at
        self.takes = takes


class Op:
    """What the entries belong to; numbers their lines within the operation."""

    __slots__ = ("line", "op_id")

    def __init__(self, op_id: uuid.UUID) -> None:
        self.op_id = op_id
        self.line = 0

    def next_line(self) -> int:
        """The next line number, from 1."""
        self.line += 1
        return self.line
