"""`adjust` of a wallet, and the section `staff`: what people who work here may do alone."""

from typing import Final

from service.rules import units
from service.rules.check import leaves
from service.rules.check.cursor import Cursor
from service.rules.document import Wallet
from service.rules.staff import AS_USUAL, AdjustAlone, Staff

KEYS: Final = ("approve_for",)
ADJUST_KEYS: Final = ("max", "per_day_max", "reasons")
REASONS_MAX: Final = 50


def staff(at: Cursor) -> Staff:
    """The section, or what is usual."""
    if at.node is None:
        return AS_USUAL
    fields = at.fields(KEYS)
    return Staff(approve_for=leaves.duration(fields["approve_for"]) or AS_USUAL.approve_for)


def adjust(at: Cursor, wallet: Wallet) -> AdjustAlone | None:
    """The caps; None where nothing is written: every correction by staff needs a second person."""
    if at.node is None:
        return None
    fields = at.fields(ADJUST_KEYS)
    most, per_day = (
        leaves.wallet_units(fields.need(key), wallet.id, wallet.scale) for key in ADJUST_KEYS[:2]
    )
    reasons: tuple[str, ...] = ()
    if "reasons" in fields:
        reasons = leaves.idents(fields["reasons"], "codes of reasons", 1, REASONS_MAX)
    if most is not None and per_day is not None and per_day < most:
        at_once = units.scaled_text(most, wallet.scale)
        fields["per_day_max"].expected(f"at least {at_once}, the most at once")
    return AdjustAlone(most=most or 1, per_day=per_day or 1, reasons=reasons)
