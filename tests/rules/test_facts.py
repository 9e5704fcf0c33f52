"""Facts as a record: what is stored replays."""

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.rules.compile import compile_program
from service.rules.decide import decide
from service.rules.facts import Facts
from tests.rules.strategies import CARTS, INSTANTS, documents, facts


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_stored_facts_and_documents_give_the_same_decision(data: st.DataObject) -> None:
    document = data.draw(documents())
    cart, seen = data.draw(CARTS), data.draw(facts(document))
    stored = msgspec.json.decode(msgspec.json.encode(document), type=type(document))
    again = msgspec.json.decode(msgspec.json.encode(seen), type=Facts)
    cart_again = msgspec.json.decode(msgspec.json.encode(cart), type=type(cart))
    first = decide(compile_program(document, 1, INSTANTS[0]), cart, seen)
    assert decide(compile_program(stored, 1, INSTANTS[0]), cart_again, again) == first
