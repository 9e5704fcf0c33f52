"""The shop with rewards, and few words for them. Figures are round, to be worked out by hand.

Points given by hand are usable at once and lapse at the end of the month in three months' time.
"""

import uuid
from typing import Final

from service.domain.rewards.types import (
    CancelRedemption,
    HandOver,
    MemberRewardView,
    RedeemReward,
    RedemptionState,
    RedemptionView,
)
from service.flows.verbs import Verbs
from service.kernel.answer import Answer
from service.kernel.texts import Languages
from tests.flows.shop import SOURCE, TILL, Shop, day

REWARDS: Final = """
coupons:
  FREE:                                      # given for units
    title: {en: Five off, pl: Piątka mniej}
    personal: true
    discount: {amount: 5 EUR}
    valid: {for: 10d}
rewards:
  five-off:
    title: {en: Five off, pl: Piątka mniej}
    text: {en: Any order}
    image: {en: "https://example.org/five.png"}
    price: 250 points
    prices: {silver: 200 points}
    gives: {coupon: FREE}
  mug: {price: 100 points, gives: {item: mug}, stock: 40}
  tasting: {price: 100 points, gives: {item: tasting}, stock: 1}
  tree: {price: 50 points, gives: {external: tree}}
  yearly: {price: 10 points, gives: {item: pen}, limit: {times: 1, per: year}}
  silver-only: {price: 10 points, gives: {item: pin}, when: {member.tier.main: {at_least: silver}}}
  buyers: {price: 10 points, gives: {item: tin}, when: {history.spend: {within: 30d, gte: 50 EUR}}}
  later: {price: 10 points, gives: {item: egg}, from: 2026-04-01}
  gone: {price: 10 points, gives: {item: star}, until: 2026-02-28}
"""


async def with_rewards(shop: Shop, source: str = SOURCE + REWARDS) -> Shop:
    """Publish the rewards on the eve of day 0, then it is day 0."""
    await shop.publish(source, None)
    await shop.show(day(0))
    return shop


async def member(shop: Shop, points: int, card: str = "1") -> uuid.UUID:
    """A new member with so many points in one lot."""
    found = (await shop.enrol(card)).id
    if points:
        await shop.adjust(found, points)
    return found


async def redeem(
    shop: Shop,
    who: uuid.UUID,
    reward: str,
    hold: int | None = None,
    key: str | None = None,
    verbs: Verbs | None = None,
) -> RedemptionView:
    """A reward for units; without a key each call is another. `verbs`: of another process."""
    body = RedeemReward(reward=reward, hold=hold)
    at = verbs or shop.verbs
    return (await at.redeem_reward(TILL, who, body, key or uuid.uuid1().hex)).body


async def grant(shop: Shop, redemption: RedemptionView) -> Answer[RedemptionView]:
    """Take what is held."""
    return await shop.verbs.grant_redemption(TILL, redemption.id)


async def hand_over(
    shop: Shop, redemption: RedemptionView, key: str | None = None, note: str = ""
) -> Answer[RedemptionView]:
    """Hand it over; without a key each call is another."""
    body = HandOver(note=note)
    key = key or uuid.uuid1().hex
    return await shop.verbs.hand_over_redemption(TILL, redemption.id, body, key)


async def cancel(
    shop: Shop, redemption: RedemptionView, reason: str = "a mistake"
) -> Answer[RedemptionView]:
    """Cancel it."""
    body = CancelRedemption(reason=reason)
    return await shop.verbs.cancel_redemption(TILL, redemption.id, body)


async def state(shop: Shop, redemption: RedemptionView) -> RedemptionState:
    """Where it stands now."""
    return (await shop.reads.redemption(redemption.id)).state


async def offered(
    shop: Shop, who: uuid.UUID, languages: Languages = ()
) -> dict[str, MemberRewardView]:
    """The rewards as the member sees them, by id."""
    return {one.id: one for one in (await shop.reads.member_rewards(who, languages)).items}


async def stock(shop: Shop, reward: str) -> int:
    """Pieces in the slots of a reward's stock; what holds let go is not back there at once."""
    return await shop.left(f"reward:{reward}")
