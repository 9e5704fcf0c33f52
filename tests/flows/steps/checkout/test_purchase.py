"""What was particular about a purchase."""

import datetime as dt
import uuid
import zoneinfo

import pytest

from service.domain.events.outbox import Outbox
from service.domain.holders.types import Holder, Kind
from service.domain.purchases.content import cart_of
from service.domain.purchases.stored import Flag
from service.flows.steps.checkout.purchase import Item
from service.flows.steps.work import Work
from service.rules.check import check_text
from service.rules.compile import Program, compile_program
from service.rules.decision import Decision, Discounted, Target
from service.rules.document import Taxed
from service.rules.facts import Facts
from tests.flows.shop import SOURCE, TILL, bought, day, goods

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(scope="module")
def program() -> Program:
    document = check_text(SOURCE).document
    assert document is not None
    return compile_program(document, 1, day(-60))


def item(program: Program, at: dt.datetime, kind: Kind = Kind.MEMBER) -> Item:
    """A purchase at an instant, of a holder settled up to day 5."""
    body = bought("a", "1", goods(300), goods(500))
    made = Item(0, TILL, body, b"", None, at, program, cart_of(body, Taxed.GROSS))
    holder = Holder(uuid.UUID(int=1), kind, None, 0, None, day(5), day(5))
    made.work = Work(holder, day(9), day(9), Outbox())
    made.work.settled()  # up to day 9 by now
    return made


def test_an_ordinary_purchase_has_no_flag(program: Program) -> None:
    assert program.tz == zoneinfo.ZoneInfo("Europe/Warsaw")
    assert item(program, day(5)).flags() == Flag(0)


def test_late_is_what_was_before_the_work_began(program: Program) -> None:
    assert item(program, day(5) - MINUTE).flags() == Flag.LATE
    assert item(program, day(5) - MINUTE, Kind.UNCLAIMED).flags() == Flag.UNMATCHED


def test_flags_add_up(program: Program) -> None:
    made = item(program, day(1))
    made.charged_differs = made.identifier_conflict = True

    assert made.flags() == Flag.LATE | Flag.CHARGED_DIFFERS | Flag.IDENTIFIER_CONFLICT


def test_what_counts_as_spend_is_what_was_paid(program: Program) -> None:
    made = item(program, day(5))
    off = Discounted(rule="r", on=Target.ITEMS, amount=100, wanted=100, lines=((0, 100),))
    made.decide_with(Facts(at=day(5)), Decision(discounts=(off,)))
    assert made.net_now() == 700

    made.net = 200  # the rest came back before it was claimed

    assert made.net_now() == 200


def test_each_purchase_has_an_id_of_its_own(program: Program) -> None:
    assert item(program, day(5)).purchase_id != item(program, day(5)).purchase_id
