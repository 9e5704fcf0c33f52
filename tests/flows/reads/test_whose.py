"""Of which member something is read; that all reads follow is the law of old ids."""

import uuid

from service.domain.holders import store as holders
from service.domain.members.errors import MemberErased, MemberNotFound, MergedAway
from service.flows.reads.whose import check_member, member_of
from service.kernel.ids import new_id
from tests.flows.eraser import erased
from tests.flows.merging import merge
from tests.flows.shop import Shop, goods


async def refused(shop: Shop, member: uuid.UUID) -> list[str]:
    """What both say of an id: the refusal, or nothing."""
    found: list[str] = []
    async with shop.db.transaction(repeatable=True) as tx:
        states = await holders.states(tx, [member], shop.db.clock_offset)
        try:
            await check_member(tx, member)
        except (MemberErased, MemberNotFound, MergedAway) as refusal:
            found.append(type(refusal).__name__)
        try:
            assert member_of(states, member).holder_id == member
        except (MemberErased, MemberNotFound, MergedAway) as refusal:
            found.append(type(refusal).__name__)
    return found


async def test_it_is_told_who_is_there_and_who_is_not(shop: Shop) -> None:
    ola, jan, eve = [(await shop.enrol(n)).id for n in ("1", "2", "3")]
    await merge(shop, ola, jan)
    await erased(shop, eve)
    await shop.buy("a", "9", goods(1_000))
    async with shop.db.reading() as tx:
        nobodys = await tx.connection.fetchval("select holder_id from purchase")

    assert await refused(shop, ola) == []
    assert await refused(shop, jan) == ["MergedAway"] * 2
    assert await refused(shop, eve) == ["MemberErased"] * 2
    assert await refused(shop, nobodys) == ["MemberNotFound"] * 2
    assert await refused(shop, new_id()) == ["MemberNotFound"] * 2


async def test_an_old_id_is_answered_with_the_same_tag_and_never_by_what_was_kept(
    shop: Shop,
) -> None:
    """The old one's wallets were read before the merge, and are kept: nobody sees them after it."""
    ola, jan = [(await shop.enrol(n)).id for n in ("1", "2")]
    await shop.adjust(jan, 50, "stars")
    before = await shop.reads.wallets(jan)
    assert await shop.reads.wallets(jan) == before
    await merge(shop, ola, jan)

    after = await shop.reads.wallets(jan)

    assert after == await shop.reads.wallets(ola)
    assert after.etag != before.etag
    assert await shop.balance(jan, "stars") == (50, 0, 0)
    home = await shop.reads.home(jan, ())
    assert home == await shop.reads.home(ola, ())


async def test_a_page_goes_on_under_either_id(shop: Shop) -> None:
    """A cursor of the survivor's list is good for the old id, for it is the same list."""
    ola, jan = [(await shop.enrol(n)).id for n in ("1", "2")]
    for number in range(4):
        await shop.buy(f"{number}", (ola, jan)[number % 2], goods(1_000))
    await merge(shop, ola, jan)

    first = await shop.reads.member_purchases(jan, None, 3)
    rest = await shop.reads.member_purchases(ola, first.next, 3)
    again = await shop.reads.member_purchases(jan, first.next, 3)

    assert [one.external_id for one in (*first.items, *rest.items)] == ["3", "2", "1", "0"]
    assert again == rest
