"""`transfer` of a wallet: how many units a member may give to another one."""

from typing import Final

from service.rules import units
from service.rules.check import leaves
from service.rules.check.cursor import Cursor
from service.rules.document import Shortfall, Wallet
from service.rules.sharing import Transfer

KEYS: Final = ("min", "max", "per_day_max")


def transfer(at: Cursor, wallet: Wallet) -> Transfer | None:
    """The limits; None where nothing is written: its units stay with who earned them."""
    if at.node is None:
        return None
    reason = stays_with_its_member(wallet)
    if reason is not None:
        at.fail_key(reason)
        return None
    fields = at.fields(KEYS)
    least, most, per_day = (
        leaves.wallet_units(fields[key], wallet.id, wallet.scale) for key in KEYS
    )
    found = Transfer(least=least or 1, most=most, per_day=per_day)
    for key, bound in (("max", most), ("per_day_max", per_day)):
        if bound is not None and bound < found.least:
            fewest = units.scaled_text(found.least, wallet.scale)
            fields[key].expected(f"at least {fewest}, the fewest that may be given")
    return found


def stays_with_its_member(wallet: Wallet) -> str | None:
    """Why units of the wallet cannot pass to another holder; None: they can."""
    if wallet.qualifying:
        return "units that count towards tiers stay with the member who earned them"
    if wallet.shortfall is Shortfall.CLAMP:
        return (
            "what is given away could not be taken back from who earned it: "
            "that needs 'shortfall: debt'"
        )
    return None
