"""Requests and answers about exchanges: a return and a purchase together."""

import msgspec

from service.domain.purchases.types import Receipt, RecordPurchase
from service.domain.returns.types import RecordReturn, ReturnReceipt


class ExchangeItems(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes back, and what is bought instead; each with a natural key of its own."""

    bring: RecordReturn
    buy: RecordPurchase


class ExchangeReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Both receipts and one amount: `net_due` minor units to be paid, below 0 to be handed out."""

    returned: ReturnReceipt
    purchase: Receipt
    net_due: int
