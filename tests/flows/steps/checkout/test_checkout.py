"""A basket on its way to a decision."""

import uuid

import msgspec
import pytest

from service.domain.events.outbox import Outbox
from service.domain.holders.types import Holder, Kind
from service.domain.purchases.basket import Basket
from service.domain.purchases.content import cart_of
from service.domain.purchases.types import AskQuote, Mode, PlaceHold
from service.flows.steps.checkout.checkout import Checkout
from service.flows.steps.work import Work
from service.rules.check import check_text
from service.rules.compile import Program, compile_program
from service.rules.decision import Decision
from service.rules.document import Taxed
from service.rules.facts import Facts
from tests.flows.counter import CHECKOUT, basket, sale
from tests.flows.shop import TILL, day, goods
from tests.flows.steps.checkout.test_hold_view import HOLD

OLA = uuid.UUID(int=1)


@pytest.fixture(scope="module")
def program() -> Program:
    document = check_text(CHECKOUT).document
    assert document is not None
    return compile_program(document, 1, day(-60))


def checkout(program: Program, body: Basket, kind: Kind = Kind.MEMBER) -> Checkout:
    """A basket of day 5, of a holder who is settled up to then."""
    made = Checkout(0, TILL, body, None, day(5), program, cart_of(body, Taxed.GROSS))
    holder = Holder(OLA, kind, None, 0, None, day(5), day(5))
    made.work = Work(holder, day(5), day(5), Outbox())
    return made


def test_only_a_purchase_that_is_recorded_has_happened(program: Program) -> None:
    bodies = [
        sale("p1", OLA, goods(100), mode=Mode.RECORD),
        sale("p1", OLA, goods(100), mode=Mode.AUTHORISE),
        basket(AskQuote, OLA, goods(100)),
        basket(PlaceHold, OLA, goods(100), checkout="c1"),
    ]

    found = [checkout(program, body).has_happened for body in bodies]

    assert found == [True, False, False, False]


def test_a_member_is_known_and_another_holder_is_nobody(program: Program) -> None:
    body = basket(AskQuote, OLA, goods(100))

    assert checkout(program, body).member_id == OLA
    assert checkout(program, body, Kind.UNCLAIMED).member_id is None


def test_it_has_taken_what_budgets_gave_it(program: Program) -> None:
    made = checkout(program, basket(AskQuote, OLA, goods(100)))
    assert (made.is_decided, made.taken, made.has_taken) == (False, {}, False)

    made.decide_with(Facts(at=day(5)), Decision())
    assert (made.is_decided, made.has_taken) == (True, False)
    made.decided.taken = {"lamps": 0}
    assert not made.has_taken
    made.decided.taken = {"lamps": 1}

    assert made.has_taken


def test_it_has_written_too_when_its_holder_may_have_been_made_for_it(program: Program) -> None:
    made = checkout(program, basket(AskQuote, None, goods(100)), Kind.UNCLAIMED)
    assert (made.has_taken, made.has_written) == (False, True)

    made.work.holder.next_version()

    assert not made.has_written


def test_it_has_taken_too_when_its_hold_was_given_up(program: Program) -> None:
    made = checkout(program, sale("p1", OLA, goods(100)))
    made.hold = HOLD
    assert (made.pins, made.has_taken) == (False, True)

    made.pinned_by = msgspec.structs.replace(HOLD, program_version=1)

    assert (made.pins, made.has_taken) == (True, False)
    made.hold = None  # it is over, and yet tells what was decided
    assert (made.pins, made.has_taken) == (True, False)


def test_what_budgets_gave_before_is_not_asked_of_them_again(program: Program) -> None:
    made = checkout(program, sale("p1", OLA, goods(100)))
    made.had = {"coupon:FEW": 1}

    made.decide_with(Facts(at=day(5)), Decision(demands={"coupon:FEW": 1, "lamps": 500}))

    assert made.decided.wants() == {"lamps": 500}
