"""`redeem` of a wallet: what its units are worth at checkout, and how many of them may pay."""

from collections.abc import Mapping
from typing import Final

from service.kernel.calendar import Duration, Unit
from service.rules import units
from service.rules.check import leaves
from service.rules.check.cursor import Cursor, Fields
from service.rules.check.where import where
from service.rules.document import Redeem, RedeemAs, Wallet
from service.rules.registry import Info

KEYS: Final = ("rate", "min", "step", "max", "share_max", "as", "where", "grace")
GRACE: Final = Duration(30, Unit.DAY)  # unless the file says another


def redeem(
    at: Cursor, wallet: Wallet, line_fields: Mapping[str, Info], currency: str | None
) -> Redeem | None:
    """How the wallet pays; None where nothing is written.

    Without `min` it is the smallest multiple of the step that is worth a minor unit.
    """
    if at.node is None:
        return None
    if wallet.qualifying:
        at.fail_key("a qualifying wallet counts towards tiers, so it cannot pay")
        return None
    fields = at.fields(KEYS)
    rate = leaves.rate(fields.need("rate"), wallet.id, wallet.scale, currency)
    given, minor = rate or (1, 1)
    step = _units(fields["step"], wallet) or 1
    worth_something = -(-given // minor)
    paid_as = leaves.choice(fields["as"], tuple(RedeemAs))
    found = Redeem(
        units=given,
        minor=minor,
        least=_units(fields["min"], wallet) or -(-worth_something // step) * step,
        most=_units(fields["max"], wallet),
        step=step,
        share_max=leaves.share(fields["share_max"]),
        paid_as=RedeemAs(paid_as) if paid_as else RedeemAs.TENDER,
        where=where(fields["where"], dict(line_fields), currency),
        grace=leaves.duration(fields["grace"]) or GRACE,
    )
    if rate is not None:
        _can_be_met(fields, found, wallet)
    return found


def _units(at: Cursor, wallet: Wallet) -> int | None:
    return leaves.wallet_units(at, wallet.id, wallet.scale)


def _can_be_met(fields: Fields, found: Redeem, wallet: Wallet) -> None:
    if found.least % found.step:
        step = units.scaled_text(found.step, wallet.scale)
        fields["min"].expected(f"a multiple of 'step', {step}")
    elif found.worth(found.least) == 0:
        fields["min"].expected("as many as are worth the least amount of money at this rate")
    if found.most is not None and found.most < found.least:
        least = units.scaled_text(found.least, wallet.scale)
        fields["max"].expected(f"at least {least}, the fewest that may pay")
