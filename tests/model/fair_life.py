"""A life with rewards and with units that members give each other."""

import datetime as dt
import uuid

from service.domain.rewards.types import RedemptionView
from service.domain.transfers.types import TransferReceipt
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError
from tests.model import compare
from tests.model.compare import same
from tests.model.life import Past, answer_or_refusal
from tests.model.till import Till
from tests.model.undone_life import UndoneLife
from tests.oracle.fair import Fair


class FairLife(UndoneLife):
    """`redemptions`: name -> id."""

    world: Fair

    def __init__(self, driver: Till, now: dt.datetime) -> None:
        super().__init__(driver, now)
        self.redemptions: dict[str, uuid.UUID] = {}

    def redeem(self, member: str, reward: str, seconds: int | None) -> None:
        """A reward at once, or kept for so many seconds."""
        name = self.key("redemption")

        def make() -> Answer[RedemptionView]:
            return self.driver.redeem_reward(self.ids[member], reward, seconds, name)

        answer = answer_or_refusal(make)
        if isinstance(answer, ExpectedError):
            until = None if seconds is None else self.now
            self._refused(answer, lambda: self.world.redeem(name, member, reward, self.now, until))
        else:
            view = answer.body
            self.world.redeem(name, member, reward, view.asked_at, view.held_until)
            self.redemptions[name] = view.id
            self._redeemed(name, view)
            self.calls.append(Past(make, view))
        self.wait()

    def grant(self, name: str) -> None:
        """What is kept is taken."""
        answer = answer_or_refusal(lambda: self.driver.grant(self.redemptions[name]))
        if isinstance(answer, ExpectedError):
            self._refused(answer, lambda: self.world.grant(name, self.now))
        else:
            view = answer.body
            same(self.world.grant(name, view.granted_at or self.now), not answer.replayed, name)
            self._redeemed(name, view)
        self.wait()

    def hand_over(self, name: str) -> None:
        """It is in the member's hands."""
        key = self.key("hand-over")
        answer = answer_or_refusal(lambda: self.driver.hand_over(self.redemptions[name], key))
        if isinstance(answer, ExpectedError):
            self._refused(answer, lambda: self.world.hand_over(name, self.now))
        else:
            assert answer.body.handed_over_at is not None
            self.world.hand_over(name, answer.body.handed_over_at)
            self._redeemed(name, answer.body)
        self.wait()

    def cancel(self, name: str) -> None:
        """It is undone."""
        answer = answer_or_refusal(lambda: self.driver.cancel(self.redemptions[name]))
        if isinstance(answer, ExpectedError):
            self._refused(answer, lambda: self.world.cancel(name, self.now))
        else:
            view = answer.body
            same(self.world.cancel(name, view.cancelled_at or self.now), not answer.replayed, name)
            self._redeemed(name, view)
        self.wait()

    def _redeemed(self, name: str, view: RedemptionView) -> None:
        one = self.world.redemptions[name]
        same((view.state.value, view.price), (one.state, one.reward.price), name)
        if view.wallets:
            compare.balances(self.world, one.member, view.wallets, self.now)

    def transfer(self, giver: str, taker: str, wallet: str, units: int) -> None:
        """Units of a member for another."""
        key = self.key("transfer")
        ids = (self.ids[giver], self.ids[taker])

        def make() -> Answer[TransferReceipt]:
            return self.driver.transfer(*ids, wallet, units, key)

        answer = answer_or_refusal(make)
        if isinstance(answer, ExpectedError):
            self._refused(
                answer, lambda: self.world.transfer(giver, taker, wallet, units, self.now)
            )
        else:
            self.world.transfer(giver, taker, wallet, units, answer.body.recorded_at)
            compare.balances(self.world, giver, answer.body.wallets, self.now)
            self.calls.append(Past(make, answer.body))
        self.wait()

    def check_scarce(self) -> None:
        """And every redemption."""
        super().check_scarce()
        for name, one in self.world.redemptions.items():
            view = self.driver.redemption(self.redemptions[name])
            same((view.state.value, view.held_until), (one.state, one.held_until), name)
