"""What operations answer that are done once."""

import msgspec

from service.api.once import EARLIER, REPLAYED, done_once, once


class Done(msgspec.Struct):
    """A body."""

    id: str = "a"


def test_done_now_is_201_with_the_address_of_what_is_new() -> None:
    reply = once(Done(), replayed=False, location="/v1/things/a")

    assert (reply.status, reply.body) == (201, b'{"id":"a"}')
    assert reply.headers == ((b"location", b"/v1/things/a"),)
    assert once(Done(), replayed=False).headers == ()


def test_done_earlier_is_200_and_says_so() -> None:
    reply = once(Done(), replayed=True, location="/v1/things/a")

    assert (reply.status, reply.body, reply.headers) == (200, b'{"id":"a"}', REPLAYED)


def test_both_answers_are_documented_with_their_headers() -> None:
    now, earlier = done_once(Done, "Made.", located=True).values()

    assert (now.what, now.body, now.headers) == ("Made.", Done, ("Location",))
    assert (earlier.what, earlier.body) == (EARLIER, Done)
    assert earlier.headers == ("Idempotency-Replayed",)
    assert done_once(Done, "Made.", "Made before.")[200].what == "Made before."
    assert done_once(Done, "Made.")[201].headers == ()
