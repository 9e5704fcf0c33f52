"""Gift cards over HTTP. Codes and PINs stand in bodies, never in addresses."""

from typing import Final

from service.api.body import Body
from service.api.call import Call
from service.api.headers import required_key
from service.api.languages import preferred
from service.api.once import done_once, once
from service.api.parameters import gift_card_batch_id
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.api.streamed import csv
from service.domain.audit.acts import Act
from service.domain.coupons.errors import TooManyCodes
from service.domain.gift_cards import errors
from service.domain.gift_cards.types import (
    CheckGiftCard,
    GiftCardBatchView,
    GiftCardReceipt,
    GiftCardStanding,
    GiftCardView,
    IssuedGiftCard,
    IssueGiftCard,
    ListGiftCardEntries,
    LoadGiftCard,
    MakeGiftCards,
    NameGiftCard,
)
from service.domain.purchases.errors import CurrencyMismatch
from service.domain.wallets.types import EntryPage
from service.infra.cursors import CursorInvalid
from service.kernel.answer import AnyAnswer

TAG: Final = "Gift cards"
_NAMED: Final = (errors.GiftCardNamedByCodeOrId, errors.GiftCardNotFound)
_LOADED: Final = done_once(
    GiftCardReceipt,
    "The money is on the card.",
    "Put on it earlier under the same Idempotency-Key: the same answer.",
)
_LOADING: Final = (
    CurrencyMismatch,
    errors.GiftCardAmountRefused,
    errors.GiftCardFull,
    errors.GiftCardIsBlocked,
    errors.GiftCardNotFound,
    TooManyCodes,
    errors.UnknownGiftCardKind,
)


def _made(done: AnyAnswer) -> Reply:
    return once(done.body, replayed=done.replayed)


@route(
    "POST",
    "/v1/gift-cards",
    scope="giftcards:issue",
    tag=TAG,
    takes=Body(IssueGiftCard),
    answers=done_once(
        IssuedGiftCard,
        "The card with its code.",
        "Issued earlier under the same Idempotency-Key: the same answer.",
    ),
    refuses=(
        errors.ActivationNeedsAmount,
        CurrencyMismatch,
        errors.GiftCardAmountRefused,
        errors.GiftCardWithoutPin,
        errors.UnknownGiftCardKind,
    ),
    key="required",
    acts=(Act.GIFT_CARD_ISSUED,),
)
async def issue_gift_card(call: Call, body: IssueGiftCard) -> Reply:
    """Issue a gift card, to be sent or printed; with its money if it is activated at once.

    The code, and a PIN that was made, are told in this answer alone.
    """
    key = required_key(call)
    return _made(await call.services.verbs.issue_gift_card(call.actor, body, key))


@route(
    "POST",
    "/v1/gift-cards/activate",
    scope="giftcards:activate",
    tag=TAG,
    takes=Body(LoadGiftCard),
    answers=_LOADED,
    refuses=(errors.GiftCardActive, *_LOADING),
    key="required",
)
async def activate_gift_card(call: Call, body: LoadGiftCard) -> Reply:
    """Activate a gift card that is sold at a till, with the money it is sold for."""
    key = required_key(call)
    return _made(await call.services.verbs.activate_gift_card(call.actor, body, key))


@route(
    "POST",
    "/v1/gift-cards/top-up",
    scope="giftcards:activate",
    tag=TAG,
    takes=Body(LoadGiftCard),
    answers=_LOADED,
    refuses=(errors.GiftCardNotActive, *_LOADING),
    key="required",
)
async def top_up_gift_card(call: Call, body: LoadGiftCard) -> Reply:
    """Put more money on an active gift card; what is on it keeps its own end."""
    key = required_key(call)
    return _made(await call.services.verbs.top_up_gift_card(call.actor, body, key))


@route(
    "POST",
    "/v1/gift-cards/check",
    scope="giftcards:redeem",
    tag=TAG,
    takes=Body(CheckGiftCard),
    answers={200: Answer(what="The card as it stands.", body=GiftCardView)},
    refuses=(errors.GiftCardNotFound, TooManyCodes, errors.TooManyPins),
    languages=True,
)
async def check_gift_card(call: Call, body: CheckGiftCard) -> Reply:
    """Say what a gift card pays and until when.

    A card with a PIN tells it to who sends the PIN; a key with the scope `giftcards:read` may leave
    it out. A code that does not exist, a wrong PIN and a text that is no code are answered alike.
    Five wrong PINs lock the PIN for a while, also for the right one; 20 failures of a device or an
    address within ten minutes stop it.
    """
    return ok(await call.services.verbs.check_gift_card(call.actor, body, preferred(call)))


@route(
    "POST",
    "/v1/gift-cards/entries",
    scope="giftcards:read",
    tag=TAG,
    takes=Body(ListGiftCardEntries),
    answers={200: Answer(what="A page of entries, newest first.", body=EntryPage)},
    refuses=(CursorInvalid, *_NAMED),
)
async def list_gift_card_entries(call: Call, body: ListGiftCardEntries) -> Reply:
    """List what was put on a gift card, paid with it, given back and lapsed, in pages."""
    return ok(await call.services.reads.gift_card_entries(body))


@route(
    "POST",
    "/v1/gift-cards/block",
    scope="giftcards:issue",
    tag=TAG,
    takes=Body(NameGiftCard),
    answers={200: Answer(what="The card is blocked.", body=GiftCardStanding)},
    refuses=_NAMED,
    acts=(Act.GIFT_CARD_BLOCKED,),
)
async def block_gift_card(call: Call, body: NameGiftCard) -> Reply:
    """Block a gift card that was lost or stolen; a blocked one stays blocked. Its money stays."""
    return ok((await call.services.verbs.block_gift_card(call.actor, body)).body)


@route(
    "POST",
    "/v1/gift-cards/unblock",
    scope="giftcards:issue",
    tag=TAG,
    takes=Body(NameGiftCard),
    answers={200: Answer(what="The card is what it was before.", body=GiftCardStanding)},
    refuses=_NAMED,
    acts=(Act.GIFT_CARD_UNBLOCKED,),
)
async def unblock_gift_card(call: Call, body: NameGiftCard) -> Reply:
    """Make a blocked gift card what it was before."""
    return ok((await call.services.verbs.unblock_gift_card(call.actor, body)).body)


@route(
    "POST",
    "/v1/gift-cards/batches",
    scope="giftcards:issue",
    tag=TAG,
    takes=Body(MakeGiftCards),
    answers=done_once(
        GiftCardBatchView,
        "All cards are made.",
        "Made earlier under the same Idempotency-Key: the same answer.",
        located=True,
    ),
    refuses=(errors.UnknownGiftCardKind,),
    key="required",
    acts=(Act.GIFT_CARD_BATCH_MADE,),
    is_long=True,
)
async def make_gift_card_batch(call: Call, body: MakeGiftCards) -> Reply:
    """Make up to a million gift cards of a kind, to be activated one by one when they are sold.

    Answers when all are there: allow a minute. A request that was cut off is sent again under the
    same Idempotency-Key and goes on where it stopped.
    """
    key = required_key(call)
    done = await call.services.verbs.make_gift_card_batch(call.actor, body, key)
    location = f"/v1/gift-cards/batches/{done.body.id}"
    return once(done.body, replayed=done.replayed, location=location)


@route(
    "GET",
    "/v1/gift-cards/batches/{batch_id}",
    scope="giftcards:issue",
    tag=TAG,
    answers={200: Answer(what="The batch.", body=GiftCardBatchView)},
    refuses=(errors.GiftCardBatchNotFound,),
)
async def read_gift_card_batch(call: Call, _: None) -> Reply:
    """Read how many cards of a batch are there."""
    return ok(await call.services.reads.gift_card_batch(gift_card_batch_id(call)))


@route(
    "GET",
    "/v1/gift-cards/batches/{batch_id}/codes",
    scope="giftcards:issue",
    tag=TAG,
    answers={
        200: Answer(
            what="Columns `code` and `pin`, as they are printed; in the order they were made.",
            schema={"type": "string"},
            media="text/csv",
        )
    },
    refuses=(errors.GiftCardBatchNotFound,),
    acts=(Act.GIFT_CARD_BATCH_EXPORTED,),
)
async def export_gift_card_batch(call: Call, _: None) -> Reply:
    """Export codes and PINs of all cards of a batch as CSV; at any time, and always the same.

    They are made again for each export: the database holds none of them.
    """
    asked = gift_card_batch_id(call)
    cards = await call.services.reads.gift_card_codes(asked)
    await call.services.verbs.export_gift_card_batch(call.actor, asked)
    return csv("code,pin", cards)
