"""Which problems each operation can answer."""

from service.api.body import Body
from service.api.errors import BodyTooLarge, InternalError, PreconditionFailed
from service.api.openapi.refusals import refusals, responses
from service.api.problems import status_of
from service.api.route import PUBLIC
from service.api.table import ROUTES
from service.domain.access.errors import KeyMissing
from service.domain.idempotency.errors import IdempotencyKeyMissing, IdempotencyKeyReused
from service.infra.batch import Overloaded


def test_every_operation_may_fail() -> None:
    assert all(InternalError in refusals(one) for one in ROUTES)


def test_what_a_route_takes_decides_what_it_can_refuse() -> None:
    for one in ROUTES:
        found = refusals(one)
        assert (KeyMissing in found) == (one.scope != PUBLIC)
        assert (BodyTooLarge in found) == isinstance(one.takes, Body)
        assert (PreconditionFailed in found) == one.tagged
        assert (IdempotencyKeyReused in found) == (one.key is not None)
        assert (IdempotencyKeyMissing in found) == (one.key == "required")
        assert (Overloaded in found) == (one.method != "GET")


def test_problems_are_grouped_by_status_in_order() -> None:
    for one in ROUTES:
        statuses = list(responses(one))
        assert statuses == sorted(statuses)
        assert set(statuses) == {str(status_of(kind)) for kind in refusals(one)}
