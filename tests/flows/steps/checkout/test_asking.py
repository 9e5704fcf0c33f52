"""What no basket may get wrong: the same for quotes, holds and purchases."""

import datetime as dt
from typing import Any

import pytest

from service.domain.members.errors import UnknownIdentifierKind
from service.domain.purchases.basket import RedeemIn
from service.domain.purchases.errors import (
    BackdateTooFar,
    CurrencyMismatch,
    InTheFuture,
    NamedTwice,
    NotRedeemable,
    UnknownChannel,
    UnknownStore,
)
from service.domain.purchases.types import AskQuote
from service.domain.wallets.errors import UnknownWallet
from service.flows.steps.checkout.asking import check, gate_key, instant, who
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id
from service.kernel.values import Identifier
from service.rules.check import check_text
from service.rules.compile import Program, compile_program
from tests.flows.counter import CHECKOUT, basket, buy, hold, nothing_written, quote, rich, sale
from tests.flows.shop import TILL, Shop, card, day, goods

OLA = new_id()
SECOND = dt.timedelta(seconds=1)
WRONG: list[tuple[dict[str, Any], type[ExpectedError], str]] = [
    ({"currency": "PLN"}, CurrencyMismatch, "/currency"),
    ({"channel": "fax"}, UnknownChannel, "/channel"),
    ({"store": "krk-01"}, UnknownStore, "/store"),
    ({"member": (card("1"), Identifier("passport", "1"))}, UnknownIdentifierKind, "/member/1/kind"),
    ({"coupons": ("A", "B", "A")}, NamedTwice, "/coupons/2"),
    ({"redeem": (RedeemIn(wallet="nothing", amount=1),)}, UnknownWallet, "/redeem/0/wallet"),
    ({"redeem": (RedeemIn(wallet="status", amount=1),)}, NotRedeemable, "/redeem/0/wallet"),
]


@pytest.fixture(scope="module")
def program() -> Program:
    document = check_text(CHECKOUT).document
    assert document is not None
    return compile_program(document, 1, day(-60))


@pytest.mark.parametrize(("fields", "error", "pointer"), WRONG)
async def test_each_mistake_is_told_alike_by_all_three(
    checkout: Shop, fields: dict[str, Any], error: type[ExpectedError], pointer: str
) -> None:
    await rich(checkout, "1", 0)
    given = dict(fields)
    member = given.pop("member", "1")

    async with nothing_written(checkout):
        for asked in (
            quote(checkout, member, goods(100), **given),
            hold(checkout, "c1", member, goods(100), **given),
            buy(checkout, "p1", member, goods(100), **given),
        ):
            with pytest.raises(error) as refused:
                await asked
            assert getattr(refused.value, "pointer", None) == pointer


async def test_nothing_is_quoted_held_or_bought_in_the_future_or_long_ago(checkout: Shop) -> None:
    """Five minutes ahead, 90 days back."""
    await rich(checkout, "1", 0)

    async with nothing_written(checkout):
        for at, error in (
            (day(0) + dt.timedelta(minutes=6), InTheFuture),
            (day(-91), BackdateTooFar),
        ):
            with pytest.raises(error):
                await quote(checkout, "1", goods(100), occurred_at=at)
            with pytest.raises(error):
                await hold(checkout, "c1", "1", goods(100), occurred_at=at)
            with pytest.raises(error):
                await checkout.verbs.record_purchase(TILL, sale("p1", "1", goods(100), at=at))


def test_a_clock_that_runs_ahead_says_so_and_counts_now() -> None:
    ahead = day(0) + SECOND
    warsaw = dt.timezone(dt.timedelta(hours=1))

    assert instant(basket(AskQuote, OLA, occurred_at=ahead), None, day(0)) == (ahead, day(0))
    assert instant(basket(AskQuote, OLA, occurred_at=day(-1)), None, day(0)) == (day(-1), day(-1))
    assert instant(basket(AskQuote, OLA), None, day(0)) == (day(0), day(0))
    assert instant(basket(AskQuote, OLA), day(-2), day(0)) == (day(-2), day(-2))  # an import's
    said, _ = instant(basket(AskQuote, OLA, occurred_at=day(-1).astimezone(warsaw)), None, day(0))
    assert said.tzinfo is dt.UTC


def test_an_import_may_be_of_any_age(program: Program) -> None:
    body = basket(AskQuote, OLA, goods(100))

    check(program, body, day(-900), day(0), importing=True)
    with pytest.raises(BackdateTooFar):
        check(program, body, day(-900), day(0))


def test_who_is_named_wins_over_whose_hold_it_stands_on() -> None:
    holder = new_id()

    by_id = who(basket(AskQuote, OLA), day(0), holder)
    by_card = who(basket(AskQuote, "1"), day(0), holder)
    by_hold = who(basket(AskQuote, None), day(0), holder)

    assert (by_id.member_id, by_id.identifiers) == (OLA, ())
    assert (by_card.identifiers, by_card.holder_id) == ((card("1"),), None)
    assert (by_hold.member_id, by_hold.identifiers, by_hold.holder_id) == (None, (), holder)


def test_one_of_a_person_at_a_time() -> None:
    assert gate_key(basket(AskQuote, OLA), "x") == ("holder", str(OLA))
    assert gate_key(basket(AskQuote, (card("7"), card("8"))), "x") == ("identifier", "card", "7")
    assert gate_key(basket(AskQuote, None), "checkout", "web", "c1") == ("checkout", "web", "c1")
