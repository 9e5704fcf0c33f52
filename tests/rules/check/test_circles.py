"""Segments and clubs that name each other."""

from service.rules.check.circles import Load, Name, load
from service.rules.conditions import All, Belonging, Fact, Lines, LineTest, Not
from service.rules.conditions.belonging import Circle
from service.rules.values import Test as Comparison
from tests.rules.check.files import HEAD, document, problems, rule

KNOWN = Fact("$", "member.known", Comparison(eq=True))


def inside(*names: str) -> Belonging:
    return Belonging(at="$", to=Circle.SEGMENTS, has_any=names)


def segments(*pairs: tuple[str, str]) -> str:
    lines = "".join(f"  {name}: {{{when}}}\n" for name, when in pairs)
    return f"{HEAD}segments:\n{lines}"


def test_a_condition_asks_all_that_the_names_in_it_ask() -> None:
    known = {Name(Circle.SEGMENTS, "a"): Load(3, 2), Name(Circle.SEGMENTS, "b"): Load(1, 1)}
    where = (LineTest("category", Comparison(eq="a")),)
    asked = All("$", (KNOWN, Not("$", inside("a", "b")), Lines("$", where)))
    assert load(asked, known) == Load(1 + 1 + 2 + 3 + 1, 3)


def test_segments_and_clubs_may_name_each_other() -> None:
    text = segments(
        ("a", "member.clubs: {has: c}"),
        ("b", "member.segments: {has_none: [a]}"),
    )
    found = document(
        f"{text}clubs: {{c: {{enter: [{{rule: {{member.clubs: {{has: d}}}}}}]}}, "
        "d: {enter: [invitation]}}\n"
    )
    assert [one.id for one in found.segments] == ["a", "b"]


def test_a_club_whose_members_are_invited_ends_no_circle() -> None:
    text = segments(("a", "member.clubs: {has: c}"))
    assert document(f"{text}clubs: {{c: {{enter: [invitation]}}}}\n").clubs[0].id == "c"


def test_a_segment_that_asks_for_itself_is_refused() -> None:
    assert problems(segments(("a", "member.segments: {has: a}"))) == [
        "5:6 $.segments.a: segment 'a' asks for segment 'a': a circle nobody can enter"
    ]


def test_a_circle_through_segments_and_clubs_is_refused_once() -> None:
    text = segments(("a", "member.segments: {has: b}"), ("b", "member.clubs: {has: c}"))
    assert problems(
        f"{text}clubs:\n  c: {{enter: [{{rule: {{member.segments: {{has_any: [a]}}}}}}]}}\n"
    ) == [
        (
            "6:6 $.segments.b: club 'c' asks for segment 'a' asks for segment 'b' asks for "
            "club 'c': a circle nobody can enter"
        )
    ]


def test_doubling_by_names_is_refused() -> None:
    pairs = [("s0", "member.known: true")]
    pairs += [
        (
            f"s{n}",
            (
                f"all: [{{member.segments: {{has: s{n - 1}}}}}, "
                f"{{member.segments: {{has_none: [s{n - 1}]}}}}]"
            ),
        )
        for n in range(1, 8)
    ]
    # s1: 2 + 2 x 1 = 4, s2: 2 + 2 x 4 = 10, s3: 22, s4: 46, s5: 94, s6: 190, s7: 382
    assert problems(segments(*pairs)) == [
        (
            "12:7 $.segments.s7: 382 conditions with those of the segments and clubs it names, "
            "at most 256 are allowed"
        )
    ]


def test_names_stand_inside_each_other_8_times_at_most() -> None:
    pairs = [("s0", "member.known: true")]
    pairs += [(f"s{n}", f"member.segments: {{has: s{n - 1}}}") for n in range(1, 10)]
    assert len(document(segments(*pairs[:9])).segments) == 9
    assert problems(segments(*pairs)) == [
        "14:7 $.segments.s9: more than 8 segments and clubs that name each other"
    ]


def test_a_rule_asks_no_more_through_names_than_by_itself() -> None:
    many = ", ".join(["{member.known: true}"] * 64)
    groups = "".join(f"  s{n}: {{any: [{many}]}}\n" for n in range(4))
    text = rule("{member.segments: {has_any: [s0, s1, s2, s3]}}")
    assert problems(f"{text}segments:\n{groups}") == [
        (
            "12:21 $.campaigns[0].rules[0].when: 257 conditions with those of the segments and "
            "clubs it names, at most 256 are allowed"
        )
    ]
