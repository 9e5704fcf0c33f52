"""A condition with a name."""

from service.rules.conditions.finding import Finding
from service.rules.conditions.group import Group
from tests.rules.builders import cart, case


def test_a_group_answers_and_explains_what_it_was_made_of() -> None:
    group = Group(lambda case: not case.lines, lambda _: Finding(ok=True, at="$"))
    assert group.holds(case(cart()))
    assert group.explain(case(cart())) == Finding(ok=True, at="$")
