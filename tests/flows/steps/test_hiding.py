"""What fired all the same is left out of answers to those who must not know why."""

import msgspec

from service.flows.steps import hiding
from service.flows.steps.checkout.hold_view import view
from service.kernel.values import EffectShown
from service.rules.check import check_text
from service.rules.compile import Program, compile_program
from service.rules.facts import Facts, MemberFacts
from tests.flows.shop import day
from tests.flows.steps.checkout.test_hold_view import HOLD

SOURCE = """
program: {id: hiding, timezone: Europe/Warsaw, currency: EUR}
channels: [web]
identifiers: [card]
wallets:
  points: {expires: never}
campaigns:
  - id: base
    rules:
      - {id: for-all, then: [{points: {per: 1 EUR, award: 1}}]}
      - {id: not-them, when: {member.clubs: {has_none: [inner]}}, then: [{points: {fixed: 5}}]}
clubs:
  inner: {title: {en: Inner}, enter: [invitation]}
"""


def program() -> Program:
    """The program above."""
    document = check_text(SOURCE, "program.yaml", None).document
    assert document is not None
    return compile_program(document, 1, day(0))


def facts(*clubs: str, while_true: tuple[str, ...] = ()) -> Facts:
    """Of a member of these clubs."""
    return Facts(at=day(0), member=MemberFacts(clubs=clubs, clubs_while=while_true))


def test_what_is_hidden_depends_on_the_clubs_of_the_facts() -> None:
    made = program()

    assert hiding.hides(made)
    assert hiding.of_facts(made, facts()).rules == {"not-them"}
    assert hiding.of_facts(made, Facts(at=day(0))).rules == {"not-them"}
    assert hiding.of_facts(made, facts("inner")).rules == frozenset()
    assert hiding.of_facts(made, facts(while_true=("inner",))).rules == frozenset()
    assert hiding.of_facts(made, facts(), ["inner"]).rules == frozenset()


def test_an_effect_that_must_not_be_told_is_left_out_and_the_units_stay() -> None:
    made = program()
    told = EffectShown(campaign="base", rule="for-all", type="points", wallet="points", amount=12)
    untold = EffectShown(campaign="base", rule="not-them", type="points", wallet="points", amount=5)
    answer = msgspec.structs.replace(view(HOLD, is_member=True), effects=(told, untold))

    outside = hiding.cut(answer, hiding.of_facts(made, facts()))
    inside = hiding.cut(answer, hiding.of_facts(made, facts("inner")))

    assert outside.effects == (told,)
    assert (outside.total, outside.due) == (answer.total, answer.due)
    assert inside is answer
