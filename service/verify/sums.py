"""I6 and budgets: sums over everything, gathered range by range."""

from typing import Final

from service.domain.wallets.types import Contra, Reason
from service.infra.sql import load
from service.verify import gift_cards, sharing
from service.verify.look import Look
from service.verify.report import Check, House

SQL: Final = load("verify")


async def look_at_range(look: Look) -> None:
    """Add the range's entries and wallets to the sums."""
    for wallet, contra, reason, amount, debt in await look.rows(SQL["list_house"]):
        house = look.tally.house(wallet)
        house.moved[reason] = house.moved.get(reason, 0) + amount
        house.against[contra] = house.against.get(contra, 0) - amount
        house.owed += debt
    for _, wallet, posted, pending, held, debt in await look.rows(SQL["list_balances"]):
        house = look.tally.house(wallet)
        house.posted += posted
        house.pending += pending
        house.held += held
        house.debt += debt


async def compare(look: Look) -> None:
    """The sums of all ranges against each other and against the budgets' slots."""
    for number, house in sorted(look.tally.houses.items()):
        look.tally.count(Check.HOUSE, 1)
        for text in _unbalanced(house):
            look.tally.differ(Check.HOUSE, f"wallet {number}", text)
    gift_cards.compare(look)
    sharing.compare(look)
    known = set()
    for name, cap, remaining, held in await look.tx.rows(SQL["list_budgets"]):
        known.add(name)
        look.tally.count(Check.BUDGETS, 1)
        used = look.tally.used.get(name, 0)
        if used + remaining + held != cap:
            text = f"{used} granted, {held} held and {remaining} left are not the cap of {cap}"
            look.tally.differ(Check.BUDGETS, f"budget {name}", text)
    for name in look.tally.used.keys() - known:
        look.tally.differ(Check.BUDGETS, f"budget {name}", "it is not there")


def _unbalanced(house: House) -> list[str]:
    found = []
    given = -sum(house.against.values())
    if given != house.posted:
        found.append(f"house accounts gave {given}, wallets hold {house.posted}")
    if house.owed != house.debt:
        found.append(f"entries made {house.owed} of debt, wallets owe {house.debt}")
    unknown = house.moved.keys() - {int(reason) for reason in Reason}
    unknown |= house.against.keys() - {int(contra) for contra in Contra}
    if unknown:
        found.append(f"reasons or house accounts nobody knows: {sorted(unknown)}")
    return found
