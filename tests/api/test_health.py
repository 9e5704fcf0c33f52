"""What a load balancer asks."""

from tests.api.client import checked_client
from tests.api.recorder import alone


async def test_a_process_that_answers_is_live_whatever_else_is_wrong() -> None:
    async with alone() as one, checked_client(one.application) as http:
        one.reasons = {"database": "not reachable"}
        answer = await http.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


async def test_a_worker_is_ready_when_there_is_no_reason_against_it() -> None:
    async with alone() as one, checked_client(one.application) as http:
        answer = await http.get("/health/ready")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


async def test_a_worker_that_is_not_ready_says_why() -> None:
    async with alone() as one, checked_client(one.application) as http:
        one.reasons = {"worker": "draining"}
        answer = await http.get("/health/ready")

    assert (answer.status_code, answer.json()["code"]) == (503, "not-ready")
    assert answer.json()["reasons"] == {"worker": "draining"}
    assert answer.headers["retry-after"] == "1"


async def test_a_warning_keeps_nobody_out() -> None:
    async with alone() as one, checked_client(one.application) as http:
        one.warnings = {"redis": "not reachable"}
        answer = await http.get("/health/ready")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "warnings": {"redis": "not reachable"}}
