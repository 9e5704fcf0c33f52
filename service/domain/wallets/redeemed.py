"""What is remembered of a redemption, so that units find back to their lots."""

import datetime as dt
import uuid

from service.kernel.ids import derived_id


def redemption_id(purchase_id: uuid.UUID) -> uuid.UUID:
    """The operation by which a purchase is paid with units: its lines are not those it earns by."""
    return derived_id(purchase_id, "redeemed")


class Redeemed:
    """What a purchase has redeemed of one wallet and not got back yet; giving back lowers it.

    `takes`: lot_no -> units, in the order they were taken; `owed`: units that were not there and
    became debt; `at`: when that was effective. `captured`: what was used of each held item, in
    their order; known only where it was redeemed.
    """

    __slots__ = ("at", "captured", "op_id", "owed", "takes")

    def __init__(
        self,
        op_id: uuid.UUID,
        at: dt.datetime,
        takes: dict[int, int],
        owed: int,
        captured: tuple[int, ...] = (),
    ) -> None:
        self.op_id = op_id
        self.at = at
        self.takes = takes
        self.owed = owed
        self.captured = captured

    @property
    def units(self) -> int:
        """All that can be given back."""
        return sum(self.takes.values()) + self.owed

    def came_back(self, lot_no: int | None, units: int) -> None:
        """So much has come back before: of a lot, or (None) of what was owed."""
        if lot_no is None:
            self.owed -= units
        else:
            self.takes[lot_no] -= units

    def take_last(self, units: int) -> tuple[list[tuple[int, int]], int]:
        """Take units off, last taken first: (lot_no, units) of the lots, and of what was owed."""
        owed = min(self.owed, units)
        self.owed -= owed
        left, found = units - owed, []
        for lot_no in reversed(self.takes):
            part = min(self.takes[lot_no], left)
            if part:
                self.takes[lot_no] -= part
                found.append((lot_no, part))
                left -= part
        if left:
            raise AssertionError("more was given back than redeemed")
        return found, owed
