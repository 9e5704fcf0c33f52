"""What a caller can run into with transfers."""

import dataclasses

from service.kernel.errors import Conflict, Unprocessable


@dataclasses.dataclass(eq=False, kw_only=True)
class RecipientNotFound(Unprocessable):
    """Nobody who takes part in the program is named so."""

    pointer: str = "/to"


@dataclasses.dataclass(eq=False, kw_only=True)
class TransferToItself(Unprocessable):
    """A member cannot give units to himself."""

    pointer: str = "/to"


@dataclasses.dataclass(eq=False, kw_only=True)
class WalletNotTransferable(Unprocessable):
    """The program does not let members give units of this wallet to each other."""

    wallet: str
    pointer: str = "/wallet"


@dataclasses.dataclass(eq=False, kw_only=True)
class TransferOutOfBounds(Unprocessable):
    """So many units cannot be given at once."""

    wallet: str
    least: int
    most: int | None
    pointer: str = "/amount"

    def detail(self) -> str:
        """The bounds."""
        up_to = "" if self.most is None else f" and at most {self.most}"
        return f"at least {self.least}{up_to} of '{self.wallet}' at once"


@dataclasses.dataclass(eq=False, kw_only=True)
class DailyTransfersReached(Conflict):
    """The member has given as much today as the program allows on one day."""

    wallet: str
    left: int

    def detail(self) -> str:
        """What may be given today."""
        return f"{self.left} of '{self.wallet}' may be given today still"
