"""What headers say of limits."""

import http_sf
import pytest

from service.api.limits import fields
from service.api.limits.policies import Policy
from service.api.limits.standings import Standing

MEMBER, SPEND = Policy("member", 60), Policy("spend", 10)


def test_both_headers_are_lists_of_names_with_parameters() -> None:
    headers = fields.described(
        [(MEMBER, Standing(True, 12, 30.2)), (SPEND, Standing(False, 0, 59.0))]
    )

    assert headers == (
        (b"ratelimit-policy", b'"member";q=60;w=60, "spend";q=10;w=60'),
        (b"ratelimit", b'"member";r=12;t=31, "spend";r=0;t=59'),
    )


def test_a_library_of_structured_fields_reads_them() -> None:
    for name, value in fields.at_once(500):
        parsed = http_sf.parse(value, tltype="list")

        expected = {"q": 500, "qu": "concurrent-requests"} if b"policy" in name else {"r": 0}
        assert parsed == [("concurrency", expected)]


@pytest.mark.parametrize("seconds", [0.0, 0.2, 1.0, 29.5, 60.0])
def test_nobody_is_told_to_come_before_there_is_more_nor_all_at_once(seconds: float) -> None:
    told = {fields.retry_after(seconds) for _ in range(300)}

    assert min(told) >= seconds
    assert min(told) >= 1
    assert max(told) <= seconds + max(1, seconds / 4) + 1
    assert seconds < 4 or len(told) > 1
