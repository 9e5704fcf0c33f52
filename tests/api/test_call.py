"""What a handler may look at of a request."""

import pytest

from service.api.call import Call
from tests.api.calls import call_with


def test_of_a_header_that_came_twice_the_last_is_seen() -> None:
    call = call_with([("accept", "text/html"), ("x-other", "1"), ("accept", "application/json")])

    assert call.headers == {b"accept": b"application/json", b"x-other": b"1"}


def test_a_part_of_the_path_is_text_as_it_came() -> None:
    call = call_with({}, path="/problems/ żółć", path_params={"code": " żółć", "number": "007"})

    assert [call.path_text(name) for name in ("code", "number")] == [" żółć", "007"]


def test_before_anybody_looked_nothing_is_known_about_who_asks() -> None:
    call = call_with({"authorization": "Bearer x", "idempotency-key": "12345678"}, method="POST")

    assert (call.method, call.status, call.request_id) == ("POST", 0, b"")
    assert call.idempotency_key is None
    with pytest.raises(AttributeError):
        _ = call.actor


def test_nothing_else_can_be_hung_on_a_call() -> None:
    call = call_with({})

    with pytest.raises(AttributeError):
        call.user = "somebody"  # type: ignore[attr-defined]
    assert not hasattr(call, "__dict__")
    assert isinstance(call, Call)
