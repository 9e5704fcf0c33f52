"""Facts: everything a decision depends on besides the program and the cart; stored with it."""

import datetime as dt

import msgspec

from service.rules.values import Scalar


class MemberFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The member as known when the purchase is recorded; no personal data, so it may be kept."""

    fields: dict[str, Scalar] = {}  # declared member fields
    tiers: dict[str, str] = {}  # ladder id -> tier id at the purchase's instant, before it
    is_birthday: bool = False
    is_birthday_month: bool = False
    enrolled_days: int = 0


class Past(msgspec.Struct, frozen=True, array_like=True):
    """What a history window holds: minor units, count, thousandths."""

    spend: int = 0
    purchases: int = 0
    quantity: int = 0


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`member` None: unmatched, nothing is awarded.

    history: `Window.key()` -> Past. uses: id of a limited rule -> uses already in its period.
    grants: campaign id -> what its budget granted (in the budget's unit); a campaign that is not
    there was not asked for. None: budgets not asked yet, everything wanted is taken as granted.
    """

    at: dt.datetime
    member: MemberFacts | None = None
    history: dict[str, Past] = {}
    uses: dict[str, int] = {}
    grants: dict[str, int] | None = None
