"""How many requests of one client are at work at once."""

import uuid

from service.api.limits.concurrency import AtOnce

ONE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def test_each_client_may_have_so_many_and_gets_the_place_of_what_was_answered() -> None:
    at_once = AtOnce(2)

    assert [at_once.enter(ONE) for _ in range(3)] == [True, True, False]
    assert at_once.enter(OTHER)
    at_once.leave(ONE)

    assert [at_once.enter(ONE) for _ in range(2)] == [True, False]


def test_a_client_that_has_nothing_at_work_takes_no_room() -> None:
    at_once = AtOnce(2)
    for _ in range(2):
        at_once.enter(ONE)
    for _ in range(2):
        at_once.leave(ONE)

    assert len(at_once) == 0
