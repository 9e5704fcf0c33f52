"""Whole files: every problem at once, and never an exception."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.rules.check import Checked, check_text
from tests.rules.check.files import HEAD, document, problems

HERE = Path(__file__).parent
PROGRAMS = [path.read_text() for path in sorted(Path("service/programs").glob("*.yaml"))]
RULE = "rule 'bad-one' at $.campaigns[0].rules[0]"


def test_all_mistakes_of_a_file_are_told_in_one_go_each_at_its_place() -> None:
    checked = check_text((HERE / "broken/twelve-mistakes.yaml").read_bytes(), "rules.yaml")
    assert checked.document is None
    assert [str(problem) for problem in checked.problems] == [
        "rules.yaml:1:61: $.program.prises: unknown key 'prises', did you mean 'prices'?",
        (
            "rules.yaml:6:27: wallet 'points' at $.wallets.points.pending.for: "
            "expected a duration such as '30d', '72h' or '12 months', got '14 dayz'"
        ),
        (
            "rules.yaml:11:106: ladder 'main' at $.ladders.main.tiers[3].from: "
            "expected more than the tier before, 2000, got 1000"
        ),
        (
            f"rules.yaml:17:11: {RULE}.when.member.teir: "
            "unknown fact 'member.teir', did you mean 'member.tier.main'?"
        ),
        (
            f"rules.yaml:18:29: {RULE}.when.member.tier.main: unknown value 'platnum', "
            "did you mean 'platinum'?; one of bronze, silver, gold, platinum"
        ),
        (
            f"rules.yaml:19:29: {RULE}.when.cart.total.gte: "
            "expected an amount such as '50 EUR', got 'lots'"
        ),
        (
            f"rules.yaml:20:11: {RULE}.when.cart.total2: "
            "unknown fact 'cart.total2', did you mean 'cart.total'?"
        ),
        (
            f"rules.yaml:21:27: {RULE}.when.lines.where.catgory: "
            "unknown line field 'catgory', did you mean 'category'?"
        ),
        (
            f"rules.yaml:21:61: {RULE}.when.lines.quantity.gte: "
            "expected a number such as 3 or 0.732 without quotes, got '3'"
        ),
        f"rules.yaml:22:28: {RULE}.when.now.time.from: expected a time of day HH:MM, got '25:00'",
        f"rules.yaml:24:30: {RULE}.when.any[0].cart.channel: expected a string, got 7",
        f"rules.yaml:27:13: {RULE}.then[1].poins: unknown effect 'poins', did you mean 'points'?",
        "rules.yaml:29:13: club 'roasters' at $.clubs.roasters: needs 'enter'",
        "rules.yaml:29:14: club 'roasters' at $.clubs.roasters.anything: unknown key 'anything'",
    ]


def test_the_smallest_program_needs_three_sections() -> None:
    found = document(HEAD)
    assert (found.channels, found.identifiers, found.wallets) == (("web", "app"), ("card",), ())
    assert problems("wallets: {}") == [
        "1:1 $: needs 'program'",
        "1:1 $: needs 'channels'",
        "1:1 $: needs 'identifiers'",
    ]


@pytest.mark.parametrize("text", ["[]", "hello", "5", "null", "--- >\n x\n"])
def test_a_file_is_a_mapping(text: str) -> None:
    (told,) = problems(text)
    assert "expected a mapping, got" in told


@pytest.mark.parametrize(
    "section",
    [
        "stamp_cards",
        "challenges",
        "referrals",
        "surveys",
        "draws",
    ],
)
def test_sections_of_later_versions_are_told_never_ignored(section: str) -> None:
    assert problems(f"{HEAD}{section}: {{a: 1}}") == [
        f"4:1 $.{section}: '{section}' is not supported yet"
    ]


def test_an_unknown_section_is_told_with_the_nearest_one() -> None:
    assert problems(f"{HEAD}walets: {{}}") == [
        "4:1 $.walets: unknown key 'walets', did you mean 'wallets'?"
    ]


def test_flaws_of_the_text_are_told_together_with_problems_of_the_content() -> None:
    assert problems(f"{HEAD}channels: [pos]\nwalets: {{}}\n") == [
        "4:1 $: duplicate key 'channels', first at 2:1",
        "5:1 $.walets: unknown key 'walets', did you mean 'wallets'?",
    ]


def test_a_file_that_is_no_yaml_gives_its_one_problem() -> None:
    checked = check_text("a: [", "shop.yaml")
    assert [str(p) for p in checked.problems] == [
        (
            "shop.yaml:2:1: not valid YAML while parsing a flow node: "
            "did not find expected node content"
        )
    ]


def test_thousands_of_mistakes_are_counted_not_listed() -> None:
    names = "\n".join(f"key{number}: 1" for number in range(3000))
    found = problems(HEAD + names)
    assert len(found) == 201
    assert found[-1].endswith("2800 more problems are not shown")


def test_what_cannot_change_in_use_is_refused_against_the_version_before() -> None:
    before = document(f"{HEAD}wallets: {{points: {{scale: 2}}, status: {{qualifying: true}}}}")
    text = HEAD.replace("EUR", "PLN") + "wallets: {points: {}, status: {}, more: {scale: 1}}"
    checked = check_text(text, previous=before)
    assert [(p.line, p.col, p.message) for p in checked.problems] == [
        (1, 56, "the currency of a program in use stays EUR"),
        (4, 11, "the scale of a wallet in use stays 2: declare a new wallet"),
        (4, 23, "whether a wallet in use is qualifying cannot change: declare a new wallet"),
    ]


def holds(checked: Checked) -> bool:
    """A document or problems, and every problem a printable line at a place."""
    lines = [str(problem) for problem in checked.problems]
    assert all(problem.line >= 1 and problem.col >= 1 for problem in checked.problems)
    assert all(line.isprintable() for line in lines), lines
    return (checked.document is None) == bool(lines)


@given(st.binary(max_size=200) | st.text(max_size=200))
@example("program: [\u00e9]")
@example("'\t': {'\\n\U0001f600': 1}")
def test_any_text_is_answered_with_problems(text: str | bytes) -> None:
    assert holds(check_text(text))


NASTY = st.sampled_from(
    [
        *("", " ", "\n", ":", ": ", "- ", "{", "}", "[", "]", "&a ", "*a", "!t ", "|", '"', "'"),
        *("null", "true", "-1", "0", "1e9", "0.5", "9" * 40, "1_0", "99999999999999999"),
        *("5 EUR", "5 XXX", "0 EUR", "30d", "999999 years", "24:00", "9999-12-31", "0001-01-01"),
        *("never", "any: []", "not: {}", "all: 5", "when: {}", "then: []", "per_tier: {a: {b: 1}}"),
        *(
            "<<: {a: 1}",
            "\u2028",
            "\x00",
            "\ufeff",
            "\U0001d518",
            "a" * 600,
            "[[[[[[",
            "{a: {a: {a: {a: ",
        ),
    ]
)
CUTS = st.tuples(st.floats(0, 1), st.integers(0, 40), NASTY)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PROGRAMS), st.lists(CUTS, min_size=1, max_size=4))
def test_programs_with_anything_cut_and_pasted_are_answered_too(
    text: str, cuts: list[tuple[float, int, str]]
) -> None:
    for where, length, pasted in cuts:
        start = int(where * len(text))
        text = text[:start] + pasted + text[start + length :]
    assert holds(check_text(text))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PROGRAMS), st.data())
def test_programs_with_one_value_swapped_for_another_are_answered_too(
    text: str, data: st.DataObject
) -> None:
    words = text.split()
    at = data.draw(st.integers(0, len(words) - 1))
    other = data.draw(st.sampled_from(words))
    assert holds(check_text(text.replace(words[at], other, 1)))
