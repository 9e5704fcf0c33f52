"""What a return asks for: fingerprint, quantities per line. Pure."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Final

import msgspec

from service.domain.returns.errors import (
    NothingToReturn,
    PurchaseNotNamed,
    ReturnExceedsPurchase,
    UnknownLine,
)
from service.domain.returns.types import PurchaseRef, RecordReturn
from service.rules.cart import Cart, LineKind

FP_VERSION: Final = 1
_NAMED_ONLY: Final = frozenset({LineKind.SHIPPING, LineKind.FEE})
_encode: Final = msgspec.msgpack.Encoder().encode


def thousandths(quantity: int | str) -> int:
    """Quantity in thousandths."""
    if isinstance(quantity, int):
        return quantity * 1000
    whole, _, part = quantity.partition(".")
    return int(whole) * 1000 + int(part.ljust(3, "0") or "0")


def decimal(quantity: int) -> str:
    """Thousandths as decimal text: 1500 -> "1.5"."""
    whole, part = divmod(quantity, 1000)
    return f"{whole}.{part:03d}".rstrip("0").rstrip(".")


def check_reference(reference: PurchaseRef) -> None:
    """PurchaseNotNamed unless it names one purchase in one way."""
    by_key = (reference.channel is not None, reference.external_id is not None)
    if by_key[0] != by_key[1] or (reference.id is None) == (not by_key[0]):
        raise PurchaseNotNamed


def fingerprint(body: RecordReturn) -> bytes:
    """SHA-256 of the canonical content, 32 bytes."""
    lines = (
        None
        if body.lines is None
        else tuple(
            (line.line, -1 if line.quantity is None else thousandths(line.quantity))
            for line in body.lines
        )
    )
    reference = body.purchase
    content = (
        body.channel,
        body.external_id,
        body.store,
        body.occurred_at.astimezone(dt.UTC) if body.occurred_at else None,
        (str(reference.id) if reference.id else None, reference.channel, reference.external_id),
        lines,
    )
    return hashlib.sha256(_encode(content)).digest()


def all_left(cart: Cart, returned: Sequence[int]) -> list[int]:
    """Thousandths of everything that is left, shipping and fees too; NothingToReturn."""
    left = [line.quantity - done for line, done in zip(cart.lines, returned, strict=True)]
    if not any(left):
        raise NothingToReturn
    return left


def _asked(body: RecordReturn, cart: Cart, left: Sequence[int], *, cut: bool) -> list[int]:
    asked = [0] * len(cart.lines)
    for n, line in enumerate(body.lines or ()):
        if line.line > len(cart.lines):
            if cut:
                continue
            raise UnknownLine(line=line.line, pointer=f"/lines/{n}/line")
        index = line.line - 1
        more = left[index] - asked[index] if line.quantity is None else thousandths(line.quantity)
        asked[index] += more
        if asked[index] > left[index]:
            if not cut:
                raise ReturnExceedsPurchase(
                    line=line.line, left=decimal(left[index]), pointer=f"/lines/{n}/quantity"
                )
            asked[index] = left[index]
    return asked


def quantities(body: RecordReturn, cart: Cart, returned: Sequence[int], *, cut: bool) -> list[int]:
    """Thousandths per line of this return, given what came back before.

    Without lines all that is left, but shipping and fees. `cut`: a parked return takes what is
    there; otherwise asking for too much or for nothing is refused.
    """
    left = [line.quantity - back for line, back in zip(cart.lines, returned, strict=True)]
    if body.lines is None:
        asked = [
            0 if line.kind in _NAMED_ONLY else rest
            for line, rest in zip(cart.lines, left, strict=True)
        ]
    else:
        asked = _asked(body, cart, left, cut=cut)
    if not any(asked) and not cut:
        raise NothingToReturn
    return asked
