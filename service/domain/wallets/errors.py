"""What a caller can run into with wallets."""

import dataclasses

from service.kernel.errors import Conflict, NotFound, Unprocessable


@dataclasses.dataclass(eq=False, kw_only=True)
class UnknownWallet(Unprocessable):
    """The program has no such wallet."""

    wallet: str
    pointer: str = "/wallet"


class WalletNotFound(NotFound):
    """The program has no such wallet."""


@dataclasses.dataclass(eq=False, kw_only=True)
class InsufficientPoints(Conflict):
    """There is not as much available in the wallet."""

    wallet: str
    available: int

    def detail(self) -> str:
        """What there is."""
        return f"{self.available} available in '{self.wallet}'"


@dataclasses.dataclass(eq=False, kw_only=True)
class ZeroAmount(Unprocessable):
    """An adjustment of nothing moves nothing."""

    pointer: str = "/amount"
