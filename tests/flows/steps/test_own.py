"""Staff touch nothing of the member they are themselves, by whatever verb.

Of verbs about moved purchases, adjustments, approvals and undoing that is told beside their tests.
"""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec
import pytest

from service.domain.access.errors import OwnWallet
from service.domain.coupons.types import IssueCoupon, NameCoupon
from service.domain.households.types import (
    ByHead,
    ChangePerson,
    FormHousehold,
    InvitePerson,
    MovePooled,
    Person,
    RemovePerson,
)
from service.domain.members.types import PatchMember
from service.domain.purchases.types import AskQuote, Mode, PlaceHold
from service.domain.returns.types import VoidPurchase
from service.domain.rewards.types import CancelRedemption, HandOver, RedeemReward
from service.domain.transfers.types import TransferUnits
from service.flows.steps.own import refuse_own
from service.kernel.actor import Actor, ActorKind
from service.kernel.values import OtherMember
from tests.flows.counter import basket, nothing_written, sale
from tests.flows.reward_shop import member, redeem, with_rewards
from tests.flows.sharing_shop import SHARING, Sharing
from tests.flows.shop import TILL, Shop, brought, day, goods, phone

Verb = Callable[[Actor], Awaitable[Any]]
OTHER: Final = uuid.UUID(int=5)


def staff(own: uuid.UUID | None) -> Actor:
    """Somebody at the till who may do everything, and is this member."""
    return msgspec.structs.replace(TILL, kind=ActorKind.STAFF, id="waw-117", own_member=own)


def test_only_who_is_the_member_is_refused() -> None:
    mine = uuid.UUID(int=7)

    for allowed in (TILL, staff(None), staff(OTHER)):
        refuse_own(allowed, mine, None)
    refuse_own(staff(mine), OTHER, None)
    for holders in ((mine,), (OTHER, mine), (None, mine)):
        with pytest.raises(OwnWallet):
            refuse_own(staff(mine), *holders)


async def refused(shop: Shop, verbs: Mapping[str, Verb], own: uuid.UUID) -> None:
    """Each is refused and writes nothing; a colleague is not."""
    for name, verb in verbs.items():
        before = await shop.tables()
        with pytest.raises(OwnWallet):
            await verb(staff(own))
        assert await shop.tables() == before, name
    for verb in verbs.values():
        await verb(staff(OTHER))


def key() -> str:
    """One nobody has used."""
    return uuid.uuid1().hex


async def test_nobody_gives_themselves_rewards_and_coupons(shop: Shop) -> None:
    await with_rewards(shop)
    own = await member(shop, 5_000)
    held, granted, kept = [await redeem(shop, own, "tree", hold) for hold in (600, None, None)]
    body = IssueCoupon(template="FREE", reason="for the trouble")
    given = (await shop.verbs.issue_coupon(TILL, own, body, key())).body
    named = NameCoupon(coupon_id=given.id, reason="a mistake")
    verbs = shop.verbs

    await refused(
        shop,
        {
            "issue": lambda by: verbs.issue_coupon(by, own, body, key()),
            "void": lambda by: verbs.void_coupon(by, named),
            "reinstate": lambda by: verbs.reinstate_coupon(by, named),
            "redeem": lambda by: verbs.redeem_reward(by, own, RedeemReward(reward="mug"), key()),
            "grant": lambda by: verbs.grant_redemption(by, held.id),
            "hand over": lambda by: verbs.hand_over_redemption(by, granted.id, HandOver(), key()),
            "cancel": lambda by: verbs.cancel_redemption(
                by, kept.id, CancelRedemption(reason="oops")
            ),
        },
        own,
    )


async def test_nobody_takes_purchases_by_an_identifier_of_theirs(shop: Shop) -> None:
    """An identifier that is added brings the purchases that were recorded under it."""
    own = (await shop.enrol("1")).id
    await shop.buy("found", (phone("+48600100200"),))
    body = PatchMember(add=(phone("+48600100200"),))

    await refused(shop, {"change": lambda by: shop.verbs.change_member(by, own, body)}, own)


async def test_nobody_moves_units_to_or_from_themselves(shop: Shop) -> None:
    sharing = Sharing(shop)
    await shop.publish(SHARING, None)
    await shop.show(day(0))
    own = await sharing.member("1", stars=1_000)
    other = await sharing.member("2", stars=1_000)

    def transfer(giver: uuid.UUID, to: uuid.UUID) -> Verb:
        body = TransferUnits(to=OtherMember(id=to), wallet="stars", amount=10, reason="a present")
        return lambda by: shop.verbs.transfer_units(by, giver, body, key())

    await refused(shop, {"from": transfer(own, other), "to": transfer(other, own)}, own)


async def test_nobody_touches_the_household_they_belong_to(shop: Shop) -> None:
    """Not even for another person of it: the pool is theirs too."""
    sharing, verbs = Sharing(shop), shop.verbs
    await shop.publish(SHARING, None)
    await shop.show(day(0))
    head, own = [await sharing.member(number, stars=1_000) for number in ("1", "2")]
    gone, new = [await sharing.member(number) for number in ("3", "4")]
    home = await sharing.household(head, own, gone)
    await sharing.pool(home, head, 100)
    moved = MovePooled(member=head, wallet="stars", amount=10)
    invited = InvitePerson(by=head, member=OtherMember(id=new))

    await refused(
        shop,
        {
            "give": lambda by: verbs.give_to_household(by, home, moved, key()),
            "draw": lambda by: verbs.draw_from_household(by, home, moved, key()),
            "change": lambda by: verbs.change_household_person(
                by, home, own, ChangePerson(by=head, draw_max={"stars": 50})
            ),
            "remove": lambda by: verbs.remove_from_household(
                by, home, RemovePerson(by=head, member=gone)
            ),
            "invite": lambda by: verbs.invite_to_household(by, home, invited),
            "leave": lambda by: verbs.leave_household(by, home, Person(member=own)),
        },
        own,
    )


async def test_nobody_forms_joins_or_dissolves_a_household_of_theirs(shop: Shop) -> None:
    sharing, verbs = Sharing(shop), shop.verbs
    await shop.publish(SHARING, None)
    await shop.show(day(0))
    head, own = [await sharing.member(number) for number in ("1", "2")]
    home = await sharing.household(head)
    await sharing.invite(home, head, own)
    join: Verb = lambda by: verbs.join_household(by, home, Person(member=own))  # noqa: E731

    await refused(shop, {"join": join}, own)
    dissolve: Verb = lambda by: verbs.dissolve_household(by, home, ByHead(by=head))  # noqa: E731
    await refused(shop, {"dissolve": dissolve}, own)
    form: Verb = lambda by: verbs.form_household(by, FormHousehold(head=own))  # noqa: E731
    await refused(shop, {"form": form}, own)


async def test_staff_neither_hold_nor_buy_for_themselves_nor_void_it(checkout: Shop) -> None:
    ola = (await checkout.enrol("1")).id
    me, colleague = staff(ola), staff(None)
    bought = (await checkout.verbs.record_purchase(colleague, sale("p1", ola, goods(100)))).body
    held = basket(PlaceHold, ola, goods(100), checkout="c1")
    void = VoidPurchase(reason="mistyped", store="waw-01")

    for verb in (
        lambda: checkout.verbs.record_purchase(me, sale("p2", ola, goods(100))),
        lambda: checkout.verbs.place_hold(me, held),
        lambda: checkout.verbs.void_purchase(me, bought.id, void),
    ):
        async with nothing_written(checkout):
            with pytest.raises(OwnWallet):
                await verb()


async def test_what_staff_have_bought_and_bring_back_is_a_fact(checkout: Shop) -> None:
    ola = (await checkout.enrol("1")).id
    me = staff(ola)

    body = sale("p1", ola, goods(100), mode=Mode.RECORD)
    done = await checkout.verbs.record_purchase(me, body)
    back = await checkout.verbs.record_return(me, brought("r1", "p1"))

    assert (done.body.member_id, back.body.purchase_id) == (ola, done.body.id)
    assert (await checkout.reads.quote(me, basket(AskQuote, ola, goods(100)))).member_id == ola
