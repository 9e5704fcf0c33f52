"""A purchase as stored, and the receipt rendered from it: the same at first and in a replay."""

import datetime as dt
import enum
import uuid
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from service.domain.purchases.types import Receipt, ReceiptLine
from service.kernel.values import Balance, EffectShown, Movement, TierNow
from service.rules.cart import Cart
from service.rules.decision import Decision
from service.rules.facts import Facts

_pack: Final = msgspec.msgpack.Encoder().encode
_cart: Final = msgspec.msgpack.Decoder(Cart)
_facts: Final = msgspec.msgpack.Decoder(Facts)
_decision: Final = msgspec.msgpack.Decoder(Decision)


class Flag(enum.IntFlag):
    """What was particular about a purchase; stored."""

    LATE = 1
    CHARGED_DIFFERS = 2
    IDENTIFIER_CONFLICT = 4
    CLAIMED = 8
    UNMATCHED = 16


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the receipt shows of the member's state after the purchase."""

    currency: str
    wallets: dict[str, Balance] = {}
    tier: dict[str, TierNow] = {}
    returns_applied: tuple[uuid.UUID, ...] = ()


_outcome: Final = msgspec.msgpack.Decoder(Outcome)


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `purchase`, decoded. `returned`: thousandths per line so far."""

    holder_id: uuid.UUID
    occurred_at: dt.datetime
    purchase_id: uuid.UUID
    recorded_at: dt.datetime
    channel: str
    external_id: str
    store: str | None
    program_version: int
    engine: int
    flags: Flag
    net: int
    quantity: int
    returned: tuple[int, ...]
    cart: Cart
    facts: Facts
    decision: Decision
    outcome: Outcome


def pack(value: Cart | Facts | Decision | Outcome) -> bytes:
    """The stored form."""
    return _pack(value)


def unpack(row: Mapping[str, Any]) -> Purchase:
    """A row with its packed columns decoded."""
    given = dict(row)
    del given["by_category"]  # the cart and what was returned of it say the same
    given["cart"] = cart = _cart.decode(given["cart"])
    given["facts"] = _facts.decode(given["facts"])
    given["decision"] = _decision.decode(given["decision"])
    given["outcome"] = _outcome.decode(given["outcome"])
    given["flags"] = Flag(given["flags"])
    given["returned"] = tuple(given["returned"] or [0] * len(cart.lines))
    return Purchase(**given)


def movements(decision: Decision) -> tuple[Movement, ...]:
    """The lots a decision awards."""
    return tuple(
        Movement(
            wallet=award.wallet,
            amount=award.points,
            available_at=award.available_at,
            expires_at=award.expires_at,
        )
        for award in decision.awards
    )


def effects(decision: Decision) -> tuple[EffectShown, ...]:
    """The rules that fired."""
    points = tuple(
        EffectShown(
            campaign=credit.campaign,
            rule=credit.rule,
            type=credit.effect,
            wallet=credit.wallet,
            amount=credit.points,
            wanted=credit.wanted if credit.wanted != credit.points else None,
        )
        for credit in decision.credits
    )
    tiers = tuple(
        EffectShown(campaign=floor.campaign, rule=floor.rule, type="set_tier", tier=floor.tier)
        for floor in decision.floors
    )
    return points + tiers


def receipt(purchase: Purchase) -> Receipt:
    """The answer, from what is stored."""
    cart = purchase.cart
    lines = tuple(
        ReceiptLine(
            sku=line.sku,
            subtotal=line.amount - line.discount_given,
            discount=line.charged_off,
            total=line.paid(),
        )
        for line in cart.lines
    )
    total = sum(line.total for line in lines)
    return Receipt(
        id=purchase.purchase_id,
        member_id=None if Flag.UNMATCHED in purchase.flags else purchase.holder_id,
        channel=purchase.channel,
        external_id=purchase.external_id,
        store=purchase.store,
        occurred_at=purchase.occurred_at,
        recorded_at=purchase.recorded_at,
        program_version=purchase.program_version,
        currency=cart.currency,
        subtotal=cart.subtotal(),
        discount=sum(line.discount for line in lines),
        total=total,
        due=total,
        lines=lines,
        earned=movements(purchase.decision),
        effects=effects(purchase.decision),
        tier=purchase.outcome.tier,
        wallets=purchase.outcome.wallets,
        identifier_conflict=Flag.IDENTIFIER_CONFLICT in purchase.flags,
        charged_differs=Flag.CHARGED_DIFFERS in purchase.flags,
        late=Flag.LATE in purchase.flags,
        returns_applied=purchase.outcome.returns_applied,
    )
