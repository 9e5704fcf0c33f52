"""What a caller takes an answer for."""

import httpx
import pytest

from tests.faults.history import Balance, Op, Outcome, Sort
from tests.faults.load import learn

SHOWN = {"available": 5, "pending": 1, "held": 2, "debt": 0}


def op(sort: Sort) -> Op:
    return Op(sort=sort, member="ola", key="k1", sent=1.0)


def heard(sort: Sort, status: int, body: object, **headers: str) -> Op:
    made = op(sort)
    learn(made, httpx.Response(status, json=body, headers=headers))
    return made


@pytest.mark.parametrize("status", [200, 201])
def test_what_is_done_has_an_id_and_balances(status: int) -> None:
    made = heard(Sort.PURCHASE, status, {"id": "p1", "wallets": {"points": SHOWN}})
    assert (made.outcome, made.id) == (Outcome.OK, "p1")
    assert made.wallets == {"points": Balance(5, 1, 2, 0)}


def test_a_read_has_the_version_of_its_tag() -> None:
    body = {"wallets": {"points": {"balance": SHOWN, "scale": 0}}}
    made = heard(Sort.READ, 200, body, etag='"17.0.3"')
    assert (made.version, made.wallets) == (17, {"points": Balance(5, 1, 2, 0)})


def test_balances_of_what_is_due_belong_to_no_version() -> None:
    body = {"wallets": {"points": {"balance": SHOWN}}}
    made = heard(Sort.READ, 200, body, etag='"17.1.3"')
    assert (made.version, made.wallets) == (17, {})


def test_a_hold_that_had_timed_out_was_not_released() -> None:
    assert heard(Sort.RELEASE, 200, {"id": "h1", "state": "released"}).outcome is Outcome.OK
    late = heard(Sort.RELEASE, 200, {"id": "h1", "state": "timed_out"})
    assert (late.outcome, late.code) == (Outcome.REFUSED, "timed_out")


def test_a_refusal_and_a_mistake() -> None:
    refused = heard(Sort.PURCHASE, 409, {"code": "insufficient-points"})
    assert (refused.outcome, refused.code) == (Outcome.REFUSED, "insufficient-points")
    assert heard(Sort.PURCHASE, 500, {}).outcome is Outcome.UNKNOWN
