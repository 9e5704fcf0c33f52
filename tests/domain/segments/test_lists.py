"""Lists of members: whole, in parts, by a share of hashes."""

import uuid

from service.domain.segments import lists
from tests.flows.segment_shop import Segments


async def test_a_share_of_the_hashes_is_a_share_of_the_members_and_the_same_each_time(
    segments: Segments,
) -> None:
    members = sorted([await segments.member(str(number)) for number in range(1, 21)])
    async with segments.shop.db.reading() as tx:
        everybody = await lists.sampled(tx, lists.LOWEST, lists.EVERYBODY, 100)
        nobody = await lists.sampled(tx, lists.LOWEST, 0, 100)
        half, again = [
            await lists.sampled(tx, lists.LOWEST, lists.EVERYBODY // 2, 100) for _ in range(2)
        ]
        rest = await lists.sampled(tx, members[4], lists.EVERYBODY, 3)
        total = await lists.count(tx)

    assert (everybody, nobody, total) == (members, [], 20)
    assert set(half) < set(members)
    assert half == again == sorted(half)
    assert rest == members[5:8]


async def test_sizes_and_pages_of_what_nobody_belongs_to_are_empty(segments: Segments) -> None:
    async with segments.shop.db.reading() as tx:
        assert await lists.sizes(tx, [1, 2]) == {}
        assert await lists.page(tx, 1, uuid.UUID(int=0), 10) == []
