"""How members may share units: give them to each other, put them together in a household."""

import msgspec

from service.kernel.calendar import Duration
from service.kernel.texts import Described


class Transfer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many units one member may give to another at once; `per_day`: a giver on a local day."""

    least: int = 1
    most: int | None = None
    per_day: int | None = None


class Households(Described, frozen=True, kw_only=True, omit_defaults=True):
    """Members with one pool of units of some wallets.

    `draw_max`: wallet -> units a person may draw in a calendar month, any number of the others.
    `offer_for`: how long an invitation stands.
    """

    members_max: int
    wallets: tuple[str, ...]
    draw_max: dict[str, int] = msgspec.field(default_factory=dict)
    offer_for: Duration
