"""A history recorded by the verbs is right, however it is cut and by however many looked at."""

import pytest

from service.verify.report import Check
from service.verify.run import Options, Progress, verify
from tests.databases import Fresh


async def test_a_mixed_history_is_right(recorded: Fresh) -> None:
    report = await verify(recorded.jobs_url, Options())
    assert report.tally.named == []
    assert report.tally.wrong == {}
    print(report.tally.counted, report.tally.figures, report.tally.houses, report.tally.used)
