"""Decisions: against the plain interpreter, and the examples of the design with exact figures."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.rules.compile import compile_program
from service.rules.decide import decide
from tests.rules import reference
from tests.rules.strategies import CARTS, INSTANTS, documents, facts


@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_engine_and_the_plain_interpreter_decide_alike(data: st.DataObject) -> None:
    document = data.draw(documents())
    program = compile_program(document, 1, INSTANTS[0])
    for _ in range(2):  # the second finds what the index remembers of the first
        cart = data.draw(CARTS)
        seen = data.draw(facts(document))
        assert decide(program, cart, seen) == reference.decide(document, cart, seen)
