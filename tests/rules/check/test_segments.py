"""`segments`."""

from service.rules.conditions import All, Fact, History
from service.rules.conditions.history import Metric, Window
from service.rules.segments import Segment
from service.rules.values import Test as Comparison
from tests.rules.check.files import HEAD, document, problems


def test_a_segment_is_its_condition_or_has_it_under_when_with_texts() -> None:
    text = (
        f"{HEAD}segments:\n  new: {{history.purchases: {{eq: 0}}}}\n"
        "  born: {title: {en: Birthday}, when: {member.is_birthday: true}}\n"
    )
    new, born = document(text).segments
    assert new == Segment(
        at="$.segments.new",
        id="new",
        number=1,
        when=History(
            "$.segments.new.history.purchases", Metric.PURCHASES, Window(), Comparison(eq=0)
        ),
    )
    assert (born.number, born.title) == (2, {"en": "Birthday"})
    at = "$.segments.born.when.member.is_birthday"
    assert born.when == Fact(at, "member.is_birthday", Comparison(eq=True))


def test_several_conditions_must_all_hold() -> None:
    text = f"{HEAD}segments: {{a: {{member.known: true, member.is_birthday: true}}}}"
    (found,) = document(text).segments
    assert isinstance(found.when, All)


def test_what_is_wrong_with_a_segment_is_told_at_its_place() -> None:
    text = (
        f"{HEAD}segments:\n  a: {{cart.channel: web}}\n  b: {{title: {{en: B}}}}\n"
        '  c: {now.time: {from: "06:00", to: "07:00"}}\n  d: {}\n  E: {member.known: true}\n'
        "  f: {history.spend: {gte: 1 EUR, including_this: true}}\n"
    )
    assert problems(text) == [
        (
            "5:7 $.segments.a.cart.channel: 'cart.channel' is of a purchase, "
            "and there is none here: ask member, history, now"
        ),
        "6:6 $.segments.b: needs 'when'",
        (
            "7:7 $.segments.c.now.time: 'now.time' changes by the minute: "
            "who belongs is asked of a day at most"
        ),
        "8:6 $.segments.d: expected at least one condition",
        "9:3 $.segments.E: expected a key that is an id of at most 64 of a-z, 0-9, - and _",
        (
            "10:35 $.segments.f.history.spend.including_this: "
            "there is no purchase here that could be included"
        ),
    ]


def test_500_segments_are_enough() -> None:
    names = ", ".join(f"s{n}: {{member.known: true}}" for n in range(501))
    assert problems(f"{HEAD}segments: {{{names}}}") == [
        "4:11 $.segments: 501 segments, at most 500 are allowed"
    ]
