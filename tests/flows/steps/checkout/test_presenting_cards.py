"""Gift cards as a basket presents them: what the rules see, and what they see again later."""

import asyncio
import uuid

from service.flows.steps.checkout.presenting_cards import as_paid
from service.rules.decision import Decision, Paid
from service.rules.facts import Card, Facts, Unusable
from tests.flows.counter import quote, reasons, report
from tests.flows.gift_card_shop import balance, block, issue
from tests.flows.shop import Shop, day, goods
from tests.flows.steps.checkout.test_paying_by_card import by

CARD = uuid.UUID(int=7)


def paid(card: int, value: int, short: int = 0) -> Paid:
    """What a card paid."""
    return Paid(wallet="gift_card", card=card, short=short, units=value, value=value, lines=())


def test_a_card_that_paid_pays_the_same_again_and_another_nothing() -> None:
    facts = Facts(
        at=day(0),
        gift_cards=(
            Card(shown="…1", card=CARD, available=900),
            Card(shown="…2", card=CARD, amount=50, available=900),
            Card(shown="…3", why=Unusable.UNKNOWN),
        ),
    )
    decision = Decision(cards=(paid(0, 500, short=100),))

    first, second, third = as_paid(facts, decision)

    assert (first.amount, first.available, first.forced) == (500, 400, True)
    assert (second.amount, second.available, second.forced) == (None, 0, False)
    assert third.why is Unusable.UNKNOWN


async def test_a_text_that_is_no_code_is_unknown_and_masked(checkout: Shop) -> None:
    asked = await quote(checkout, None, goods(1_000), gift_cards=(by("not a code"),))

    (told,) = asked.not_applied
    assert (told.reason, told.position, told.gift_card) == ("unknown", 0, "…ode")


async def test_a_card_that_is_blocked_between_two_looks_pays_nothing(checkout: Shop) -> None:
    gift = await issue(checkout, 1_000)
    await quote(checkout, None, goods(1_000), gift_cards=(by(gift.code),))
    await block(checkout, code=gift.code)

    asked = await quote(checkout, None, goods(1_000), gift_cards=(by(gift.code),))

    assert reasons(asked) == [(0, "blocked")]


async def test_units_of_a_card_that_lapse_before_the_purchase_are_not_there(
    checkout: Shop,
) -> None:
    gift = await issue(checkout, 1_000)  # for 12 months
    await checkout.show(day(400))

    done = await report(checkout, "p1", None, goods(500), gift_cards=(by(gift.code, 500),))

    assert (done.gift_cards[0].overrun, await balance(checkout, gift.code)) == (500, (0, 0))


async def test_many_quotes_of_one_card_at_once_see_the_same(checkout: Shop) -> None:
    gift = await issue(checkout, 1_000)
    carts = [quote(checkout, None, goods(n), gift_cards=(by(gift.code),)) for n in range(1, 21)]

    asked = await asyncio.gather(*carts)

    left = [[(one.amount, one.balance) for one in found.gift_cards] for found in asked]
    assert left == [[(n, 1_000 - n)] for n in range(1, 21)]
