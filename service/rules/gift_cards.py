"""Kinds of gift cards, as a program declares them."""

from typing import Final

from service.kernel.texts import Described
from service.rules.expiry import Expiry

GIFT_CARD_WALLET: Final = 0  # its number in the ledger: those of a program's wallets start at 1
GIFT_CARD: Final = "gift_card"  # its name, which no wallet of a program may have


class GiftCardKind(Described, frozen=True, kw_only=True, omit_defaults=True):
    """A kind of gift card: money, in minor units, that belongs to whoever has the code.

    `least`, `most`: of one load; and a card never holds more than `most`. `expires`: of each load.
    `pin`: each card has a PIN, and tells its balance to who knows it.
    """

    id: str
    least: int = 1
    most: int
    expires: Expiry = Expiry()
    pin: bool = False

    def takes(self, amount: int) -> bool:
        """So much may be put on a card at once."""
        return self.least <= amount <= self.most

    def room(self, posted: int) -> int:
        """What a card that holds so much may take; a kind that was made smaller leaves none."""
        return max(0, self.most - posted)
