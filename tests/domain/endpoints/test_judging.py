"""What an answer means."""

import datetime as dt

import pytest

from service.domain.endpoints.judging import Verdict, judge, may_be_of_one


@pytest.mark.parametrize(
    ("verdict", "statuses"),
    [
        (Verdict.TAKEN, (200, 201, 202, 204, 299)),
        (Verdict.REFUSED, (400, 402, 404, 405, 406, 409, 411, 413, 415, 422, 451, 499)),
        (Verdict.GONE, (410,)),
        (Verdict.FAILING, (None, 100, 199, 300, 301, 302, 307, 308, 401, 403, 407, 408, 421)),
        (Verdict.FAILING, (425, 429, 500, 501, 502, 503, 504, 599)),
    ],
)
def test_a_status_means_one_thing(verdict: Verdict, statuses: tuple[int | None, ...]) -> None:
    assert {judge(status) for status in statuses} == {verdict}


def test_who_is_gone_at_a_system_with_people_is_no_reason_to_leave_it() -> None:
    assert judge(410, is_webhook=False) is Verdict.REFUSED


@pytest.mark.parametrize("status", [None, 403, 408, 500, 502, 503])
def test_a_receiver_may_fail_at_one_event(status: int | None) -> None:
    assert may_be_of_one(judge(status), status, None)


def test_who_asks_to_be_left_alone_asks_for_all_events() -> None:
    for status in (301, 401, 407, 429):
        assert not may_be_of_one(Verdict.FAILING, status, None)
    assert not may_be_of_one(Verdict.FAILING, 503, dt.timedelta(seconds=1))
    assert not may_be_of_one(Verdict.GONE, 410, None)
    assert not may_be_of_one(Verdict.REFUSED, 422, None)
