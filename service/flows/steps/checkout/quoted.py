"""What a quote promises, as the signed text a purchase hands back: nothing is stored of a quote.

The text holds the discounts as they were decided and what they were decided for. Scarce things are
not in it: points, coupons and budgets are those of the purchase's own moment.
"""

import datetime as dt
import functools
import hashlib
import hmac
import uuid
from typing import Final

import msgspec

from service.domain.purchases.content import basket_fingerprint
from service.domain.purchases.errors import QuoteDiffers, QuoteExpired, QuoteInvalid
from service.domain.purchases.types import QUOTE_LENGTH_MAX, Mode, RecordPurchase
from service.flows.steps.context import Context
from service.infra import cursors
from service.rules.decision import Discounted

VALID_FOR: Final = dt.timedelta(minutes=15)


class Quoted(msgspec.Struct, frozen=True, array_like=True):
    """`member_id` None: nobody was known. `fp`: of the basket."""

    member_id: uuid.UUID | None
    fp: bytes
    valid_until: dt.datetime
    discounts: tuple[Discounted, ...]


@functools.cache
def _key(secret: bytes) -> bytes:
    """No cursor is a quote and no quote a cursor."""
    return hmac.digest(secret, b"quotes are signed with", hashlib.sha256)


def seal(ctx: Context, quote: Quoted) -> str:
    """The quote as signed text."""
    return cursors.seal(_key(ctx.secret), quote)


def read(ctx: Context, body: RecordPurchase, now: dt.datetime) -> Quoted | None:
    """The quote a purchase names; QuoteInvalid, QuoteDiffers, QuoteExpired.

    What has happened at a till was charged by the quote, however late it is reported; another
    basket than was quoted is recorded as if it had not been.
    """
    if body.quote_id is None:
        return None
    try:
        quote: Quoted = cursors.unseal(_key(ctx.secret), body.quote_id, Quoted, QUOTE_LENGTH_MAX)
    except cursors.CursorInvalid:
        raise QuoteInvalid from None
    has_happened = body.mode is Mode.RECORD
    if quote.fp != basket_fingerprint(body):
        if has_happened:
            return None
        raise QuoteDiffers
    if now >= quote.valid_until and not has_happened:
        raise QuoteExpired(valid_until=quote.valid_until)
    return quote
