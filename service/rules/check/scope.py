"""What the parts of a file may name: what its other sections declare."""

import dataclasses
import zoneinfo

from service.rules.document import Ladder, Wallet
from service.rules.registry import Registry


@dataclasses.dataclass(frozen=True, slots=True)
class Scope:
    """`currency` None: the file's own is wrong, so any will do here."""

    currency: str | None
    zone: zoneinfo.ZoneInfo
    registry: Registry
    wallets: dict[str, Wallet]
    ladders: dict[str, Ladder]

    def spendable(self) -> tuple[str, ...]:
        """Wallets that are not qualifying, in the order of the file."""
        return tuple(wallet.id for wallet in self.wallets.values() if not wallet.qualifying)
