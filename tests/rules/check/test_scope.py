"""What the parts of a file may name."""

import zoneinfo

from service.rules.check.scope import Scope
from service.rules.document import Wallet
from service.rules.registry import Registry


def test_wallets_to_spend_from_are_those_that_do_not_qualify_in_the_order_of_the_file() -> None:
    wallets = {
        name: Wallet(id=name, qualifying=name == "status") for name in ("status", "points", "cash")
    }
    scope = Scope("EUR", zoneinfo.ZoneInfo("UTC"), Registry({}, {}), wallets, {})
    assert scope.spendable() == ("points", "cash")
