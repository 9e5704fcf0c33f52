"""The market with rewards for units and with units that members give each other."""

import datetime as dt
from dataclasses import dataclass

from tests.oracle import days
from tests.oracle.days import Span
from tests.oracle.market import Market
from tests.oracle.offers import Reward, Shop, stock_of
from tests.oracle.world import Refused


@dataclass
class Redemption:
    """A reward of a member. `state` "held", "granted", "handed_over", "cancelled" or "timed_out".
    `coupon`: its name, once it is granted."""

    name: str
    member: str
    reward: Reward
    state: str
    held_until: dt.datetime | None = None
    coupon: str | None = None


class Fair(Market):
    """`redemptions` by their names."""

    def __init__(self, shop: Shop, claim_max: Span) -> None:
        super().__init__(shop, claim_max)
        self.redemptions: dict[str, Redemption] = {}

    def pass_time(self, now: dt.datetime) -> None:
        """What is kept for redemptions is given up when their time is over, too."""
        super().pass_time(now)
        for one in self.redemptions.values():
            if one.state == "held" and one.held_until is not None and one.held_until <= now:
                self._let_go(one, "timed_out")

    def _let_go(self, one: Redemption, state: str) -> None:
        one.state = state
        if one.reward.stock is not None:
            self.give(stock_of(one.reward.id), 1)

    # ------------------------------------------------------------ rewards

    def redeem(
        self,
        name: str,
        member: str,
        reward_id: str,
        now: dt.datetime,
        held_until: dt.datetime | None = None,
    ) -> Redemption:
        """A reward at once, or only kept until then."""
        self.pass_time(now)
        self._settle(member, now)
        reward, stock = self.shop.rewards[reward_id], stock_of(reward_id)
        book = self._book(member, reward.wallet)
        if book.available() < reward.price or (reward.stock is not None and not self.left[stock]):
            raise Refused("reward-not-available")
        if reward.stock is not None:
            self._take({stock: 1})
        made = Redemption(name, member, reward, "held", held_until)
        self.redemptions[name] = made
        if held_until is None:
            self._grant(made, now)
        else:
            assert book.hold(name, reward.price, held_until)
        return made

    def grant(self, name: str, now: dt.datetime) -> bool:
        """What is kept is taken; False: it was before."""
        one = self._settled(name, now)
        if one.state in {"granted", "handed_over"}:
            return False
        if one.state != "held":
            raise Refused("redemption-closed")
        self._grant(one, now)
        return True

    def _grant(self, one: Redemption, now: dt.datetime) -> None:
        book = self._book(one.member, one.reward.wallet)
        assert book.redeem(one.name, one.reward.price, now, one.name, anyway=False)
        one.state = "granted"
        if one.reward.template is not None:
            one.coupon = f"{one.name}/coupon"
            lasts = self.shop.templates[one.reward.template].lasts
            until_at = days.plus(now, lasts, self.program.zone) if lasts else None
            self.codes.issue(one.coupon, one.reward.template, one.member, until_at)

    def hand_over(self, name: str, now: dt.datetime) -> None:
        """An item is in the member's hands."""
        one = self._settled(name, now)
        if one.reward.template is not None:
            raise Refused("nothing-to-hand-over")
        if one.state not in {"held", "granted"}:
            raise Refused("redemption-closed")
        if one.state == "held":
            self._grant(one, now)
        one.state = "handed_over"

    def cancel(self, name: str, now: dt.datetime) -> bool:
        """It is undone; False: it had ended so before."""
        one = self._settled(name, now)
        if one.state in {"cancelled", "timed_out"}:
            return False
        if one.state == "handed_over":
            raise Refused("redemption-closed")
        book = self._book(one.member, one.reward.wallet)
        if one.state == "held":
            book.release_hold(one.name, now)
        else:
            self._void_coupon(one)
            (paying,) = [each for each in self.shop.paying if each.wallet == one.reward.wallet]
            grace = days.plus(now, paying.grace, self.program.zone)
            book.give_back_redeemed(one.name, one.reward.price, now, grace)
        self._let_go(one, "cancelled")
        return True

    def _void_coupon(self, one: Redemption) -> None:
        if one.coupon is None:
            return
        code = self.codes.all[one.coupon]
        if code.used or self.codes.is_taken(one.coupon, None):
            raise Refused("coupon-in-use")
        code.void = True

    def _settled(self, name: str, now: dt.datetime) -> Redemption:
        self.pass_time(now)
        one = self.redemptions[name]
        self._settle(one.member, now)
        return one

    # ------------------------------------------------------------ transfers

    def transfer(self, giver: str, taker: str, wallet: str, units: int, now: dt.datetime) -> None:
        """Units of a member for another; their lots stay what they are."""
        self.pass_time(now)
        self._settle(giver, now)
        self._settle(taker, now)
        sent = self._book(giver, wallet).send(units, now)
        if sent is None:
            raise Refused("insufficient-points")
        self._book(taker, wallet).receive(sent, now)
