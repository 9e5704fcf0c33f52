"""What an answer means."""

import pytest

from service.domain.endpoints.judging import Verdict, judge


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
