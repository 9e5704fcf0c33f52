"""Clubs and segments of a program, compiled."""

import msgspec

from service.kernel.calendar import Duration, Unit
from service.rules.clubs import ByRule, Club, Invitation
from service.rules.compile import Program, compile_program
from service.rules.conditions import All, Belonging, Condition, Fact, History
from service.rules.conditions.belonging import Circle
from service.rules.conditions.history import Metric, Window
from service.rules.facts import Facts, MemberFacts, Past
from service.rules.segments import Segment
from service.rules.values import Test as Comparison
from tests.rules.builders import AT, document, facts, gold

HOURS = Duration(72, Unit.HOUR)
SPENT = History("$", Metric.SPEND, Window(), Comparison(gte=500))
GOLD = Fact(at="$", fact="member.tier.main", test=Comparison(gte="gold"))


def made(clubs: tuple[Club, ...] = (), segments: tuple[Segment, ...] = ()) -> Program:
    written = msgspec.structs.replace(document(), clubs=clubs, segments=segments)
    return compile_program(written, 1, AT)


def club(name: str, when: Condition | None = None, number: int = 1) -> Club:
    enter = (Invitation(),) if when is None else (ByRule(at="$", when=when),)
    return Club(at="$", id=name, number=number, enter=enter, offer_for=HOURS)


def segment(name: str, when: Condition, number: int = 1) -> Segment:
    return Segment(at="$", id=name, number=number, when=when)


def test_a_segment_holds_by_the_facts_and_never_of_nobody() -> None:
    found = made(segments=(segment("spent", SPENT, 7),))
    spent = found.segments["spent"]
    assert spent is found.segments_by_number[7]
    assert spent.holds(facts(history={SPENT.window.key(): Past(spend=500)}))
    assert not spent.holds(facts())
    assert not made(segments=(segment("all", All("$", ())),)).segments["all"].holds(Facts(at=AT))
    assert (spent.windows, spent.activity_windows) == ((Window(),), ())


def test_a_club_lets_in_by_its_rule_and_says_so_when_it_has_none() -> None:
    found = made((club("golden", GOLD, 3), club("table", number=4)))
    golden, table = found.clubs["golden"], found.clubs_by_number[4]
    assert (golden.lets_in(facts(gold())), golden.lets_in(facts())) == (True, False)
    assert golden.lets_in(Facts(at=AT)) is False
    assert table.lets_in(facts(gold())) is None


def test_segments_and_clubs_name_each_other_whatever_their_order() -> None:
    found = made(
        (club("table", Belonging(at="$", to=Circle.SEGMENTS, has="spent")),),
        (
            segment("guests", Belonging(at="$", to=Circle.CLUBS, has="table")),
            segment("spent", SPENT, 2),
        ),
    )
    past = {SPENT.window.key(): Past(spend=500)}
    inside = MemberFacts(clubs_while=("table",))
    assert found.segments["guests"].holds(facts(inside, history=past))
    assert not found.segments["guests"].holds(facts(inside))
    assert not found.segments["guests"].holds(facts(history=past))
    assert found.segments["guests"].windows == (Window(),)
    assert found.clubs["table"].windows == (Window(),)


def test_a_program_knows_whether_anybody_can_come_to_belong_by_a_condition() -> None:
    assert not made().has_belonging
    assert not made((club("table"),)).has_belonging
    assert made((club("golden", GOLD),)).has_belonging
    assert made(segments=(segment("spent", SPENT),)).has_belonging
