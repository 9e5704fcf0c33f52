"""One purchase decided by the service's rules and by the oracle: no database, many more cases."""

import datetime as dt
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.rules.cart import Cart, CartLine, LineKind
from service.rules.check import check_text
from service.rules.compile import Program as Compiled
from service.rules.compile import compile_program
from service.rules.decide import decide
from service.rules.decision import Decision
from service.rules.facts import Facts, MemberFacts, Past
from tests.model import carts
from tests.model.catalogue import SUBJECTS, Subject
from tests.oracle import awards, days
from tests.oracle.program import Line, PastPurchase, Program, Seen

YEAR: Final = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
MINUTES: Final = 366 * 24 * 60
NEVER_AGAIN: Final = 1_000_000  # uses beyond any limit
COMPILED: Final[dict[str, Compiled]] = {}


def compiled(subject: Subject) -> Compiled:
    """The file as the service compiles it, once."""
    if subject.name not in COMPILED:
        document = check_text(subject.source()).document
        assert document is not None
        COMPILED[subject.name] = compile_program(document, 1, YEAR)
    return COMPILED[subject.name]


@st.composite
def seen(draw: st.DrawFn, program: Program) -> Seen:
    """A purchase by somebody of any tier, after some others."""
    at = YEAR + dt.timedelta(minutes=draw(st.integers(0, MINUTES)))
    past = st.builds(
        PastPurchase,
        st.integers(1, 100 * 24 * 60).map(lambda ago: at - dt.timedelta(minutes=ago)),
        st.sampled_from([1, 5000, 15_000, 60_000]),
        st.just(1000),
    )
    return Seen(
        at=at,
        zone=program.zone,
        channel=draw(st.sampled_from(["web", "app", "pos"])),
        lines=draw(carts.lines()),
        standing={
            ladder.id: draw(st.integers(0, len(ladder.tiers) - 1)) for ladder in program.ladders
        },
        past=tuple(draw(st.lists(past, max_size=4))),
    )


def cart_line(line: Line) -> CartLine:
    """The oracle's line in a cart."""
    return CartLine(
        sku=line.sku,
        quantity=line.quantity,
        amount=line.amount,
        kind=LineKind(line.kind),
        category=line.category,
        brand=line.brand,
        discount_given=line.discount,
    )


def facts_of(
    program: Compiled, what: Seen, used_up: list[str], grants: dict[str, int] | None, twin: Program
) -> Facts:
    """What the oracle sees, as facts."""
    history = {}
    for window in program.windows:
        span = days.Span(window.within.count, str(window.within.unit)) if window.within else None
        found = what.window(span)
        history[window.key()] = Past(
            sum(each.net for each in found), len(found), sum(each.quantity for each in found)
        )
    tiers = {ladder.id: ladder.tiers[what.standing[ladder.id]][0] for ladder in twin.ladders}
    return Facts(
        at=what.at,
        member=MemberFacts(tiers=tiers),
        history=history,
        uses=dict.fromkeys(used_up, NEVER_AGAIN),
        grants=grants,
    )


def assert_same(decision: Decision, outcome: awards.Outcome, what: Seen, twin: Program) -> None:
    """Units, lots, wants, uses and floors."""
    assert decision.earned() == outcome.units
    assert dict(decision.demands) == outcome.wants
    assert set(decision.uses) == {rule.id for rule in outcome.fired.values() if rule.limit}
    assert [(floor.ladder, floor.tier) for floor in decision.floors] == [
        (lift.ladder, lift.tier) for lift in outcome.lifts
    ]
    for award in decision.awards:
        wallet = twin.wallet(award.wallet)
        usable = days.plus(what.at, wallet.pending, twin.zone) if wallet.pending else what.at
        assert award.available_at == usable
        assert award.expires_at == wallet.expires.of(usable, twin.zone)


@pytest.mark.parametrize("name", SUBJECTS)
@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(data=st.data())
def test_the_rules_decide_as_the_oracle_does(name: str, data: st.DataObject) -> None:
    subject = SUBJECTS[name]
    program, twin = compiled(subject), subject.twin
    what = data.draw(seen(twin))
    limited = [r.id for c in twin.campaigns for r in c.rules if r.limit]
    used_up = data.draw(st.lists(st.sampled_from(limited), unique=True)) if limited else []
    allowed = set(limited) - set(used_up)
    cart = Cart(
        channel=what.channel,
        currency=subject.currency,
        lines=tuple(cart_line(line) for line in what.lines),
    )
    wanted = awards.decide(twin, what, allowed)
    first = decide(program, cart, facts_of(program, what, used_up, None, twin))
    assert_same(first, wanted, what, twin)
    grants = {each: data.draw(st.integers(0, units)) for each, units in wanted.wants.items()}
    granted = decide(program, cart, facts_of(program, what, used_up, grants, twin))
    assert_same(granted, awards.decide(twin, what, allowed, grants), what, twin)
