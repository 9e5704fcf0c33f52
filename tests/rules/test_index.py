"""The index leaves out only rules that can do nothing."""

import datetime as dt

import msgspec
import pytest

from service.rules import index
from service.rules.compile import Program
from service.rules.conditions import All, Condition, Fact, Lines, LineTest, Not, TimeOfDay
from service.rules.effects import Bundle
from service.rules.facts import Facts, MemberFacts
from service.rules.values import Test
from tests.rules.builders import (
    AT,
    by,
    campaign,
    cart,
    case,
    discount,
    facts,
    fixed,
    gives,
    lift,
    line,
    percent,
    program,
    rule,
    template,
    times,
)

TICK = dt.timedelta(microseconds=1)
COFFEE = cart(line(100, category="coffee", brand="acme"), line(200, category="tea"))


def candidates(known: Program, seen: Facts | None = None) -> list[str]:
    mask = known.index.candidates(case(COFFEE, seen, known))
    return [rule.id for n, rule in enumerate(known.rules) if mask >> n & 1]


def on(fact: str, **test: str | int | tuple[str, ...]) -> Fact:
    return Fact(at="$", fact=fact, test=msgspec.convert(test, Test))


def all_of(*parts: Condition) -> All:
    return All(at="$", of=parts)


def test_a_campaign_is_on_from_its_start_to_before_its_end() -> None:
    autumn = msgspec.structs.replace(
        campaign(rule("autumn", fixed(1)), name="autumn"), from_at=AT, until_at=AT + 5 * TICK
    )
    later = msgspec.structs.replace(
        campaign(rule("later", fixed(1)), name="later"), from_at=AT + 5 * TICK
    )
    never = msgspec.structs.replace(
        campaign(rule("never", fixed(1)), name="never"), from_at=AT + TICK, until_at=AT
    )
    until = msgspec.structs.replace(campaign(rule("until", fixed(1)), name="until"), until_at=AT)
    known = program(autumn, later, never, until, campaign(rule("x-always", fixed(1))))
    found = {n: candidates(known, facts(at=AT + n * TICK)) for n in (-1, 0, 4, 5)}
    assert found == {
        -1: ["until", "x-always"],
        0: ["autumn", "x-always"],
        4: ["autumn", "x-always"],
        5: ["later", "x-always"],
    }


@pytest.mark.parametrize(
    ("passes", "fails"),
    [
        (on("cart.channel", eq="web"), on("cart.channel", eq="app")),
        (on("cart.store", is_in=("waw-01",)), on("cart.store", ne="waw-01")),
        (on("cart.store_group", eq="warsaw"), on("cart.store_group", eq="airport")),
        (on("now.weekday", eq="tue"), on("now.weekday", eq="mon")),
        (on("now.month", gte=11), on("now.month", lt=11)),
        (on("now.day", eq=24), on("now.day", eq=25)),
        (on("member.tier.main", gte="silver"), on("member.tier.main", lt="silver")),
        (on("member.newsletter", eq=True), on("member.newsletter", eq=False)),
        (on("member.is_birthday", eq=False), on("member.is_birthday", eq=True)),
        (TimeOfDay(at="$", since=580, until=581), TimeOfDay(at="$", since=581, until=580)),
    ],
)
def test_tests_of_few_values_are_answered_in_full(passes: Condition, fails: Condition) -> None:
    member = MemberFacts(tiers={"main": "gold"}, fields={"newsletter": True})
    known = program(
        campaign(
            rule("a", lift("gold"), when=passes),
            rule("b", lift("gold"), when=fails),
            rule("c", lift("gold"), when=all_of(passes, all_of(fails))),
        )
    )
    for _ in range(2):  # computed, then remembered
        assert candidates(known, facts(member)) == ["a"]
    assert [one.rest for one in known.rules] == [None, None, None]


def test_one_list_of_values_of_lines_is_answered_in_full() -> None:
    known = program(
        campaign(
            rule("a", lift("gold"), when=Lines(at="$", where=by("category", "tea"))),
            rule("b", lift("gold"), when=Lines(at="$", where=by("category", "wine"))),
            rule(
                "c",
                lift("gold"),
                when=all_of(
                    Lines(at="$", where=by("category", "coffee")),
                    Lines(at="$", where=(LineTest("brand", Test(is_in=("house", "acme"))),)),
                ),
            ),
        )
    )
    assert candidates(known) == ["a", "c"]
    assert [one.rest for one in known.rules] == [None, None, None]


def test_a_fact_is_asked_again_when_its_masks_are_too_many_to_keep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(index, "MASKS_MAX", 1)
    known = program(campaign(rule("a", fixed(1), when=on("now.day", eq=25))))
    for _ in range(2):
        assert candidates(known, facts(at=AT)) == []
        assert candidates(known, facts(at=AT + dt.timedelta(days=1))) == ["a"]


@pytest.mark.parametrize(
    "when",
    [
        on("cart.total", gte=1),
        on("member.children", eq=2),
        Not(at="$", of=on("cart.channel", eq="app")),
        Lines(at="$", where=by("category", "tea"), amount=Test(gte=1000)),
        Lines(at="$", where=by("category", "tea"), quantity=Test(gte=9000)),
        Lines(at="$", where=(*by("category", "tea"), *by("brand", "acme"))),
        Lines(at="$", where=(LineTest("category", Test(ne="tea")),)),
    ],
)
def test_what_the_index_cannot_answer_is_left_to_ask(when: Condition) -> None:
    known = program(campaign(rule("a", lift("gold"), when=when)))
    assert known.rules[0].rest is not None
    assert candidates(known) == ["a"]


def test_two_lists_of_one_field_are_not_mixed_up() -> None:
    """The first is looked up, the second is still asked."""
    tea, wine = (Lines(at="$", where=by("category", name)) for name in ("tea", "wine"))
    known = program(campaign(rule("a", lift("gold"), when=all_of(tea, wine))))
    assert known.rules[0].rest is not None
    assert not known.rules[0].rest(case(COFFEE, of=known))


def test_a_rule_whose_every_effect_needs_lines_that_are_not_there_is_left_out() -> None:
    wine, tea = by("category", "wine"), by("category", "tea")
    known = program(
        campaign(
            rule("a", fixed(1, where=wine), times(2, where=wine)),
            rule("b", fixed(1, where=wine), times(2)),
            rule("c", fixed(1, where=wine), lift("gold")),
            rule("d", fixed(1, where=wine), times(2, where=tea)),
        )
    )
    assert candidates(known) == ["b", "c", "d"]


def test_discounts_are_left_out_without_their_lines_and_coupons_given_never_are() -> None:
    wine, tea = by("category", "wine"), by("category", "tea")
    known = program(
        campaign(
            rule("a", percent(10, wine)),
            rule("b", percent(10, tea)),
            rule("c", discount(bundle=Bundle(2, 1, tea), where=wine)),
            rule("d", discount(bundle=Bundle(0, 1), where=wine)),
            rule("e", discount(bundle=Bundle(0, 1, tea), where=wine)),  # what is free needs no wine
            rule("f", percent(10, wine), gives("GIFT")),
        ),
        coupons=(template("GIFT", personal=True, discount=percent(10)),),
    )
    assert candidates(known) == ["b", "e", "f"]
