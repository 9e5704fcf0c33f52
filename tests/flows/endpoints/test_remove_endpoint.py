"""A receiver that gets nothing any more."""

import pytest

from service.domain.endpoints.errors import EndpointNotFound
from tests.flows.outward import Outward
from tests.flows.shop import TILL
from tests.receiver import says


async def test_nothing_is_left_of_it_but_its_name_and_its_events(outward: Outward) -> None:
    endpoint = await outward.endpoint()
    await outward.member("4012001")
    outward.receiver.answers = says(422, "no")
    await outward.send()
    outward.receiver.answers = says(410)
    await outward.pass_by(hours=1)
    await outward.send()
    now = await outward.clock()
    await outward.replay(endpoint, now.replace(year=2025), now)
    await outward.shop.verbs.remove_endpoint(TILL, endpoint.id)
    async with outward.shop.db.reading() as tx:
        row = await tx.connection.fetchrow("select * from endpoint")
    assert (row["state"], row["url"], row["secret"], row["last_answer"]) == (4, "", None, None)
    assert row["version"] == 1
    assert [await outward.shop.count(t) for t in ("endpoint_track", "delivery")] == [0, 0]
    for _ in range(2):
        with pytest.raises(EndpointNotFound):
            await outward.shop.verbs.remove_endpoint(TILL, endpoint.id)
    assert (await outward.shop.reads.endpoints(None, 10)).items == ()
