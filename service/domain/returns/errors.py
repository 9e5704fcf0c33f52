"""What a caller can run into with returns."""

import dataclasses

from service.kernel.errors import Conflict, Unprocessable


@dataclasses.dataclass(eq=False, kw_only=True)
class ReturnExceedsPurchase(Unprocessable):
    """More of a line comes back than is left of it."""

    line: int
    left: str
    pointer: str

    def detail(self) -> str:
        """What is left."""
        return f"line {self.line}: {self.left} left to return"


class NothingToReturn(Unprocessable):
    """Everything of this purchase has come back already."""


@dataclasses.dataclass(eq=False, kw_only=True)
class UnknownLine(Unprocessable):
    """The purchase has no such line."""

    line: int
    pointer: str


@dataclasses.dataclass(eq=False, kw_only=True)
class PurchaseNotNamed(Unprocessable):
    """Name the purchase by its id, or by channel and external_id together."""

    pointer: str = "/purchase"


class NotOfThisStoreAndDay(Conflict):
    """A purchase is voided at its own store on its business day; later, record a return of it."""


class ReturnKeyReused(Unprocessable):
    """Another return was recorded under this channel and external_id."""


class ReturnBeforePurchase(Unprocessable):
    """A return cannot lie before its purchase; check the clock of the till."""


class ReturnCollides(Conflict):
    """The same natural key was used at the same moment; send the return again."""
