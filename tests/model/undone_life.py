"""A life in which things are undone: codes voided, purchases voided, brought back, exchanged."""

import datetime as dt
import uuid
from dataclasses import replace

import msgspec
import pytest

from service.domain.purchases.types import Mode, Receipt, RecordPurchase
from service.domain.returns.types import ReturnReceipt
from service.kernel.errors import ExpectedError
from tests.model import compare, compare_market
from tests.model.compare import same
from tests.model.compare_market import Left
from tests.model.life import answer_or_refusal
from tests.model.market_life import MarketLife
from tests.oracle.sales import Basket, Sale
from tests.oracle.world import Refused


class UndoneLife(MarketLife):
    """What comes back, and what is void."""

    def set_void(self, name: str, *, void: bool) -> None:
        """A code is good no more, or again."""
        answer = self.driver.set_void(self.texts[name], void=void)
        self.world.codes.all[name].void = void
        assert (answer.body.voided_at is not None) == void
        self.wait()

    def void(self, key: str) -> None:
        """A purchase is as if it had not been."""
        sale = self.world.purchases[key]
        assert isinstance(sale, Sale)
        was_void, before = sale.void, Left(self.world, sale)
        answer = answer_or_refusal(lambda: self.driver.void(self.sales[key]))
        if isinstance(answer, ExpectedError):
            self._refused(answer, lambda: self.world.void(key, self.now))
            self.wait()
            return
        assert answer.replayed == was_void
        if not was_void:
            refund = self.world.void(key, answer.body.recorded_at)
            compare.return_receipt(self.world, key, answer, refund)
            compare_market.returned(before, Left(self.world, sale), sale, self.world, answer.body)
            self._tell_void(self.sales[key])
        self.wait()

    def _tell_void(self, purchase: uuid.UUID) -> None:
        """From now on its receipt says so."""
        for n, past in enumerate(self.calls):
            if isinstance(past.body, Receipt) and past.body.id == purchase:
                body = msgspec.structs.replace(past.body, void=True)
                self.calls[n] = replace(past, body=body)

    def bring_back(
        self, purchase: str, channel: str, wanted: dict[int, int | None] | None, at: dt.datetime
    ) -> None:
        """A return arrives; units and coupons come back with it."""
        sale = self.world.purchases.get(purchase)
        before = Left(self.world, sale) if isinstance(sale, Sale) else None
        calls = len(self.calls)
        super().bring_back(purchase, channel, wanted, at)
        if before is None or not isinstance(sale, Sale) or len(self.calls) == calls:
            return
        body: ReturnReceipt = self.calls[-1].body
        compare_market.returned(before, Left(self.world, sale), sale, self.world, body)

    def exchange(self, back: str, wanted: dict[int, int | None] | None, basket: Basket) -> None:
        """Items of a purchase come back and a basket is bought instead."""
        sale = self.world.purchases[back]
        reference = (sale.channel, back)
        key, at = self.key("exchange"), self.now
        bring = self.driver.return_body(f"{key}-back", reference, wanted, at)
        fields = self._fields(basket, at)
        buy = RecordPurchase(mode=Mode.AUTHORISE, external_id=key, **fields)
        answer = answer_or_refusal(lambda: self.driver.exchange(bring, buy))
        if isinstance(answer, ExpectedError):
            with pytest.raises(Refused):
                self.world.exchange(key, (back, wanted), basket, at, at)
        else:
            body = answer.body
            now = body.purchase.recorded_at
            refund, bought = self.world.exchange(key, (back, wanted), basket, at, now)
            self.sales[key] = body.purchase.id
            assert bought.deal is not None
            compare_market.deal(bought.deal, body.purchase)
            assert body.returned.refund is not None
            same(body.returned.refund.total, refund, "refund")
            same(
                body.net_due,
                body.purchase.due - body.returned.refund.other_tender,
                "net amount due",
            )
        self.wait()
