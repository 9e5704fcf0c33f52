"""Multipliers as steps on a tally."""

from service.rules.conditions.lines import Filters
from service.rules.effects.multiply import compile_multiply
from service.rules.tally import Tally
from tests.rules.builders import by, cart, case, line, times


def test_a_step_multiplies_what_came_before_and_what_comes_after() -> None:
    filters = Filters()
    seen = case(cart(line(1000, sku="a"), line(1000, sku="b")))
    tally = Tally(seen, 100)
    tally.add(1, filters.of(()), seen.bases)
    compile_multiply(times(3, 2, where=by("sku", "a")), filters)(tally)
    assert tally.part() == 25
    tally.add(1, filters.of(()), seen.bases)
    assert tally.part() == 25
    compile_multiply(times(2), filters)(tally)
    assert tally.part() == 50
