"""Gift cards that are not what they must be are found, or refused."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from service.verify import gift_cards
from service.verify.look import Look
from service.verify.report import Check, Tally
from service.verify.run import Options, verify
from tests.databases import Fresh, Server
from tests.verify.breaking import EVERY, Broken
from tests.verify.cards import make_history

SOLD = "holder_id = (select holder_id from entry where wallet = 0 and amount = 5000)"
PAPER = (
    "digest = (select digest from gift_card g where state = 0 and batch_no = 3"
    " and not exists (select from holder h where h.holder_id = g.holder_id))"
)
MEMBER = "holder_id = (select holder_id from member)"


@pytest.fixture(scope="module")
def sold(server: Server) -> Fresh:
    """The history; nothing is ever committed to it."""
    return server.filled(make_history)


@pytest.fixture
async def broken_cards(sold: Fresh) -> AsyncIterator[Broken]:
    """The history in the hands of somebody who may do everything."""
    async with Broken.open(sold) as opened:
        yield opened


async def test_the_history_is_found_to_be_right_and_has_it_all(sold: Fresh) -> None:
    report = await verify(sold.jobs_url, Options(every=True))

    assert report.tally.named == []
    assert report.tally.counted[Check.GIFT_CARDS] == 9
    house = report.tally.houses[0]
    assert (house.posted, report.tally.figures[gift_cards.MONEY]) == (6_000, 6_000)
    assert house.moved == {9: 9_500, 10: 1_500, 3: -5_000}
    assert house.against == {7: -11_000, 2: 5_000}


@pytest.mark.parametrize(
    ("check", "statement", "text"),
    [
        (
            Check.GIFT_CARDS,
            f"delete from gift_card where {SOLD}",
            "gift card: no gift card is its",
        ),
        (
            Check.GIFT_CARDS,
            (
                f"update gift_card set holder_id = (select holder_id from holder where {SOLD})"
                f" where {PAPER}"
            ),
            "gift card: 2 gift cards are its",
        ),
        (
            Check.GIFT_CARDS,
            f"update holder set kind = 1 where {SOLD}",
            "a gift card is its, but it is of kind 1",
        ),
        (
            Check.GIFT_CARDS,
            f"update gift_card set state = 2 where {PAPER}",
            "something has happened to it, but it is no holder",
        ),
        (
            Check.GIFT_CARDS,
            f"update gift_card set state = 0, activated_at = null where {SOLD}",
            "it has entries, but was not activated",
        ),
        (
            Check.GIFT_CARDS,
            f"update gift_card set state = 1, activated_at = now() where {PAPER}",
            "it is active, but was sold 0 times",
        ),
        (
            Check.GIFT_CARDS,
            "update entry set reason = 9 where reason = 10",
            "it is active, but was sold 2 times",
        ),
        (
            Check.GIFT_CARDS,
            f"update gift_card set activated_at = activated_at + interval '1 s' where {SOLD}",
            "but sold at",
        ),
        (
            Check.GIFT_CARDS,
            f"update wallet set wallet = 0 where {MEMBER} and wallet = 1",
            "wallet 0: a holder of kind 1 has it",
        ),
        (
            Check.GIFT_CARDS,
            f"update wallet set wallet = 1 where {SOLD}",
            "wallet 1: a holder of kind 3 has it",
        ),
        (
            Check.GIFT_CARDS,
            "update wallet set debt = 7 where wallet = 0 and posted = 0",
            "a gift card owes 7",
        ),
        (
            Check.GIFT_CARDS,
            f"delete from gift_card where {SOLD}",
            "wallet 0: the cards hold 1000, the wallets of gift cards 6000",
        ),
        (
            Check.OPERATIONS,
            f"update operation set kind = 1 where {SOLD}",
            "reason 9 belongs to no operation",
        ),
        (
            Check.OPERATIONS,
            "update entry set contra = 1 where reason = 10",
            "reason 10 with house account 1",
        ),
        (
            Check.WALLETS,
            f"update wallet set posted = 5001 where {SOLD}",
            "posted 5001, after the last entry it was 5000",
        ),
        (
            Check.PROJECTION,
            (
                "update outbox set type = 'regulars.gift-card.blocked.v1'"
                " where type = 'regulars.gift-card.topped-up.v1'"
            ),
            "wallet 0: posted, pending, held, debt (0, 0, 0, 0), its events give (-1500, 0, 0, 0)",
        ),
    ],
)
async def test_what_is_wrong_is_found(
    broken_cards: Broken, check: Check, statement: str, text: str
) -> None:
    assert text in (await broken_cards.said(statement))[check]


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (f"update gift_card set state = 3 where {SOLD}", "gift_card_state"),
        (f"update gift_card set activated_at = null where {SOLD}", "gift_card_active"),
        (f"update gift_card set state = 0 where {SOLD}", "gift_card_active"),
        ("update gift_card set batch_no = null where batch_no = 3", "gift_card_of_batch"),
        ("update gift_card set pin_hash = 'x' where not has_pin", "gift_card_pin"),
        ("update gift_card set pin_tries = -1", "gift_card_tries"),
        ("update gift_card_batch set done = 6", "gift_card_batch_size"),
        ("update gift_card_batch set seed = 'x'", "gift_card_batch_seed"),
        (f"update holder set kind = 0 where {SOLD}", "holder_kind"),
        ("update wallet set posted = -1 where wallet = 0", "wallet_parts"),
    ],
)
async def test_what_cannot_be_is_refused(
    broken_cards: Broken, statement: str, constraint: str
) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match=constraint):
        await broken_cards.run(statement)


def test_what_is_owed_is_compared_when_there_are_no_cards_too() -> None:
    look = Look(None, None, EVERY, Tally(5))  # type: ignore[arg-type]  # it asks nothing
    gift_cards.compare(look)
    assert look.tally.named == []

    look.tally.house(0).posted = 5
    gift_cards.compare(look)
    (found,) = look.tally.named
    assert found.text == "the cards hold 0, the wallets of gift cards 5"
