"""What outsiders of hidden clubs do not see (service/rules/hidden.py finds it)."""

import msgspec

from service.kernel.calendar import Duration, Unit
from service.rules.clubs import Club, EarlyAccess, Invitation
from service.rules.compile import Program, compile_program
from service.rules.conditions import All, Belonging, Condition, Fact, Not
from service.rules.conditions.belonging import Circle
from service.rules.document import Campaign, CouponTemplate, Reward, Rule
from service.rules.effects import InviteToClub
from service.rules.hiding import NOTHING, Hidden, hidden_from
from service.rules.segments import Segment
from service.rules.triggers import On, Trigger
from service.rules.values import Test as Comparison
from tests.rules.builders import AT, campaign, document, fixed, rule, template

WEEK = Duration(1, Unit.WEEK)
KNOWN = Fact(at="$", fact="member.known", test=Comparison(eq=True))


def club(name: str, *, visible: bool = False) -> Club:
    return Club(at="$", id=name, visible=visible, enter=(Invitation(),), offer_for=WEEK)


def in_club(name: str) -> Belonging:
    return Belonging(at="$", to=Circle.CLUBS, has=name)


def in_segment(name: str) -> Belonging:
    return Belonging(at="$", to=Circle.SEGMENTS, has_none=(name,))


def segment(name: str, when: Condition) -> Segment:
    return Segment(at="$", id=name, when=when)


def reward(name: str, when: Condition | None = None) -> Reward:
    return Reward(at="$", id=name, wallet="points", price=1, item="x", when=when)


def on(name: str, trigger: Trigger) -> Rule:
    return msgspec.structs.replace(rule(name, fixed(1)), trigger=trigger)


def made(
    *campaigns: Campaign,
    segments: tuple[Segment, ...] = (),
    coupons: tuple[CouponTemplate, ...] = (),
    rewards: tuple[Reward, ...] = (),
) -> Program:
    clubs = (club("table"), club("circle"), club("open", visible=True))
    written = msgspec.structs.replace(
        document(*campaigns, coupons=coupons), clubs=clubs, segments=segments, rewards=rewards
    )
    return compile_program(written, 1, AT)


def test_a_program_without_hidden_clubs_hides_nothing() -> None:
    written = msgspec.structs.replace(document(), clubs=(club("open", visible=True),))
    assert hidden_from(compile_program(written, 1, AT), ()) is NOTHING


def test_whatever_mentions_the_club_is_hidden_from_who_is_not_in_it() -> None:
    found = made(
        campaign(
            rule("price", fixed(1), when=All("$", (KNOWN, Not("$", in_club("table"))))),
            rule("plain", fixed(1), when=KNOWN),
            rule("open", fixed(1), when=in_club("open")),
            on("joined", Trigger(on=On.CLUB_JOIN, of="table")),
            on("left", Trigger(on=On.CLUB_LEAVE, of="table")),
            on("open-joined", Trigger(on=On.CLUB_JOIN, of="open")),
            rule("invites", InviteToClub(at="$", club="table")),
        ),
        coupons=(template("A", when=in_club("table")), template("B")),
        rewards=(reward("a", in_club("table")), reward("b")),
    )
    assert hidden_from(found, ("circle",)) == Hidden(
        clubs=frozenset({"table"}),
        rules=frozenset({"price", "joined", "left", "invites"}),
        coupons=frozenset({"A"}),
        rewards=frozenset({"a"}),
    )
    assert hidden_from(found, ("circle", "table")) is NOTHING


def test_segments_that_mention_it_hide_what_mentions_them_however_far() -> None:
    found = made(
        campaign(
            rule("far", fixed(1), when=in_segment("far")),
            on("entered", Trigger(on=On.SEGMENT_ENTER, of="near")),
            on("left", Trigger(on=On.SEGMENT_LEAVE, of="far")),
            on("other", Trigger(on=On.SEGMENT_ENTER, of="other")),
        ),
        segments=(
            segment("far", in_segment("near")),
            segment("near", in_club("table")),
            segment("other", KNOWN),
        ),
    )
    hidden = hidden_from(found, ())
    assert hidden.segments == {"far", "near"}
    assert hidden.rules == {"far", "entered", "left"}


def test_a_campaign_is_hidden_when_all_of_its_rules_are() -> None:
    found = made(
        campaign(rule("a", fixed(1), when=in_club("table")), name="all"),
        campaign(rule("b", fixed(1), when=in_club("table")), rule("c", fixed(1)), name="some"),
    )
    assert hidden_from(found, ()).campaigns == {"all"}


def test_something_a_club_has_earlier_is_not_hidden() -> None:
    early = EarlyAccess("table", WEEK)
    dated = msgspec.structs.replace(campaign(rule("a", fixed(1))), from_at=AT, early_access=early)
    hidden = hidden_from(made(dated, coupons=(template("A", early_access=early),)), ())
    assert (hidden.campaigns, hidden.rules, hidden.coupons) == (frozenset(),) * 3


def test_what_was_found_for_a_set_of_clubs_is_remembered() -> None:
    found = made(campaign(rule("a", fixed(1), when=in_club("table"))))
    assert hidden_from(found, ()) is hidden_from(found, ["open", "unknown"])
    assert hidden_from(found, ()) is not hidden_from(found, ["circle"])
