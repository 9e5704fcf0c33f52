"""What was done by hand to a member before the merge, and is to be undone after it."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
import pytest

from service.domain.access.errors import OwnWallet
from service.domain.coupons.types import IssueCoupon, NameCoupon
from service.domain.members.types import PatchMember
from service.domain.operations.errors import CannotBeUndone
from service.domain.operations.store import Kind
from service.domain.rewards.types import HandOver, RedeemReward
from service.domain.wallets.types import Adjust
from service.kernel.actor import ActorKind
from tests.flows.counter import nothing_written
from tests.flows.merging import merge, unmerge
from tests.flows.sharing_shop import Sharing
from tests.flows.shop import TILL, Shop, card, goods
from tests.flows.undoing import MANAGER, in_the_way, undo, undone

MERGED: Final = ("member_merged", None)
COUPON: Final = IssueCoupon(template="FREE", reason="cold coffee")


@pytest.fixture
async def pair(desk: Shop) -> tuple[uuid.UUID, uuid.UUID]:
    """The survivor-to-be and who will be merged into it."""
    return (await desk.enrol("1")).id, (await desk.enrol("2")).id


async def test_what_the_old_one_was_given_is_not_taken_back_by_an_undo(
    desk: Shop, pair: tuple[uuid.UUID, uuid.UUID]
) -> None:
    ola, jan = pair
    gift = await desk.adjust(jan, 50, "stars")
    taken = await desk.adjust(jan, -20, "stars")
    await merge(desk, ola, jan)

    for op_id in (gift.id, taken.id):
        assert await in_the_way(desk, op_id) == MERGED
        assert await in_the_way(desk, op_id, MANAGER) == MERGED
    with pytest.raises(CannotBeUndone) as refusal:
        await undo(desk, gift.id)
    assert "correct by hand" in refusal.value.detail()
    assert await desk.balance(ola, "stars") == (30, 0, 0)


async def test_coupons_and_what_was_handed_over_are_corrected_by_hand(
    desk: Shop, pair: tuple[uuid.UUID, uuid.UUID]
) -> None:
    """A coupon of the old one is void by its id, as any other of the survivor."""
    ola, jan = pair
    await desk.adjust(jan, 1_000)
    coupon = (await desk.verbs.issue_coupon(TILL, jan, COUPON, "key-of-the-coupon")).body
    had = (
        await desk.verbs.redeem_reward(TILL, jan, RedeemReward(reward="mug"), "the-mug-of-jan")
    ).body
    await desk.verbs.hand_over_redemption(TILL, had.id, HandOver(), "key-of-the-mug")
    async with desk.db.reading() as tx:
        done = await tx.connection.fetch(
            "select op_id from operation where holder_id = $1 and kind = any($2::smallint[])",
            jan, [int(Kind.COUPON), int(Kind.HAND_OVER)],
        )  # fmt: skip
    await merge(desk, ola, jan)

    assert [await in_the_way(desk, row[0]) for row in done] == [MERGED, MERGED]
    void = await desk.verbs.void_coupon(TILL, NameCoupon(coupon_id=coupon.id, reason="a mistake"))

    assert (void.body.id, void.body.voided_at is not None) == (coupon.id, True)


async def test_a_transfer_of_which_one_side_was_merged_stays(sharing: Sharing) -> None:
    """Whichever side that is; another one between those who are themselves is undone."""
    shop = sharing.shop
    ola, jan, eve = [await sharing.member(n, stars=100) for n in ("1", "2", "3")]
    out = await sharing.give(jan, eve, 10)
    back = await sharing.give(eve, jan, 20)
    other = await sharing.give(eve, ola, 30)
    await merge(shop, ola, jan)

    assert await in_the_way(shop, out.id) == MERGED
    assert await in_the_way(shop, back.id) == MERGED
    assert (await undo(shop, other.id)).kind == "transfer"
    assert await shop.balance(ola, "stars") == (210, 0, 0)
    assert await shop.balance(eve, "stars") == (90, 0, 0)


async def test_what_had_been_undone_answers_what_it_answered(
    desk: Shop, pair: tuple[uuid.UUID, uuid.UUID]
) -> None:
    ola, jan = pair
    gift = await desk.adjust(jan, 50, "stars")
    before = await undo(desk, gift.id)
    await merge(desk, ola, jan)

    again = await undone(desk, gift.id)

    assert (again.replayed, again.body) == (True, before)


async def test_what_the_survivor_was_given_is_undone_before_and_after(
    desk: Shop, pair: tuple[uuid.UUID, uuid.UUID]
) -> None:
    """The survivor's lots are where they were; what was done by the old id was done to it too."""
    ola, jan = pair
    before = await desk.adjust(ola, 50, "stars")
    await merge(desk, ola, jan)
    by_old_id = await desk.adjust(jan, 70, "stars")

    for gift in (before, by_old_id):
        assert (await undo(desk, gift.id)).kind == "adjustment"

    assert await desk.balance(ola, "stars") == (0, 0, 0)


async def test_it_is_undone_when_they_are_two_again(
    desk: Shop, pair: tuple[uuid.UUID, uuid.UUID]
) -> None:
    """As far as it is there: 70 of 80 were the survivor's meanwhile, who had them."""
    ola, jan = pair
    whole, part = await desk.adjust(jan, 50, "stars"), await desk.adjust(jan, 30, "stars")
    await merge(desk, ola, jan)
    await desk.adjust(ola, -70, "stars")
    await unmerge(desk, jan)

    assert await desk.balance(jan, "stars") == (10, 0, 0)
    assert await in_the_way(desk, whole.id) == ("units_missing", 40)
    assert await in_the_way(desk, part.id) == ("units_missing", 20)


async def test_all_of_it_is_there_again_when_they_are_two(
    desk: Shop, pair: tuple[uuid.UUID, uuid.UUID]
) -> None:
    ola, jan = pair
    gift, taken = await desk.adjust(jan, 50, "stars"), await desk.adjust(jan, -20, "stars")
    await merge(desk, ola, jan)
    await unmerge(desk, jan)

    for one in (taken, gift):
        assert (await undo(desk, one.id)).kind == "adjustment"

    assert await desk.balance(jan, "stars") == (0, 0, 0)


async def test_a_purchase_of_the_old_one_is_void_as_any_other(
    desk: Shop, pair: tuple[uuid.UUID, uuid.UUID]
) -> None:
    ola, jan = pair
    bought = await desk.buy("a", jan, goods(3_000, 3, brand="acme"), store="waw-01")
    await merge(desk, ola, jan)

    assert (await undo(desk, bought.id)).kind == "purchase"

    assert await desk.balance(ola, "stars") == (0, 0, 0)


async def test_a_reward_of_the_old_one_is_cancelled_and_the_survivor_has_the_units(
    desk: Shop, pair: tuple[uuid.UUID, uuid.UUID]
) -> None:
    ola, jan = pair
    await desk.adjust(jan, 1_000)
    had = (
        await desk.verbs.redeem_reward(TILL, jan, RedeemReward(reward="mug"), "the-mug-of-jan")
    ).body
    left = (await desk.balance(jan))[0]
    await merge(desk, ola, jan)

    assert (await undo(desk, had.id)).kind == "redemption"

    assert left < 1_000
    assert await desk.balance(ola) == (1_000, 0, 0)


@pytest.mark.parametrize("what", ["adjust", "coupon", "reward", "change", "undo"])
async def test_staff_do_nothing_to_themselves_under_an_old_id(
    desk: Shop, pair: tuple[uuid.UUID, uuid.UUID], what: str
) -> None:
    """Of an operation of the old one it is refused already that it be undone."""
    ola, jan = pair
    gift = await desk.adjust(jan, 50, "stars")
    await merge(desk, ola, jan)
    own = msgspec.structs.replace(TILL, kind=ActorKind.STAFF, own_member=ola)
    verbs, key = desk.verbs, "key-of-the-colleague"
    body = Adjust(wallet="stars", amount=10, reason="for me")
    asked: dict[str, Callable[[], Awaitable[Any]]] = {
        "adjust": lambda: verbs.adjust_wallet(own, jan, body, key),
        "coupon": lambda: verbs.issue_coupon(own, jan, COUPON, key),
        "reward": lambda: verbs.redeem_reward(own, jan, RedeemReward(reward="mug"), key),
        "change": lambda: verbs.change_member(own, jan, PatchMember(add=(card("9"),))),
        "undo": lambda: undo(desk, gift.id, own),
    }

    async with nothing_written(desk):
        with pytest.raises(CannotBeUndone if what == "undo" else OwnWallet):
            await asked[what]()
