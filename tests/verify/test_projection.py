"""Events that do not give the wallets are found."""

import pytest

from service.verify.report import Check
from tests.verify.breaking import Broken

REWRITE = (
    "update outbox set body = convert_to(replace(convert_from(body, 'utf8'), '{}', '{}'), 'utf8')"
)


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ('"debt":90', '"debt":91', "its events give"),
        (
            '"amount":0,"pending":0,"debt":-20',
            '"amount":1,"pending":0,"debt":-20',
            "its events give",
        ),
        ('"changes":[{', '"changes":[{"x":1},{', "cannot be read"),
        ('"wallet":"stars"', '"wallet":"stairs"', "no wallet is named stairs"),
        ('"sequence":"000000000000000000', '"sequence":"900000000000000000', "says it is event 9"),
        ('"subject":"', '"subject":"0', "says it is event"),
    ],
)
async def test_an_event_that_tells_something_else_is_found(
    old: str, new: str, text: str, broken: Broken
) -> None:
    where = f" where type like '%points%' and convert_from(body, 'utf8') like '%{old}%'"
    said = await broken.said(REWRITE.format(old, new) + where)
    assert text in said[Check.PROJECTION]


async def test_a_wallet_without_events_is_found(broken: Broken) -> None:
    said = await broken.said("delete from outbox", "update holder set version = 0")
    assert "its events give (0, 0, 0, 0)" in said[Check.PROJECTION]


async def test_holders_with_lost_events_are_left_to_the_check_of_versions(broken: Broken) -> None:
    said = await broken.said("delete from outbox where type like '%points.earned%'")
    assert Check.PROJECTION not in said
    assert "events are missing before" in said[Check.EVENTS]
