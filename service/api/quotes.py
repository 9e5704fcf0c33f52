"""Quotes over HTTP."""

from typing import Final

from service.api.body import Body
from service.api.call import Call
from service.api.purchases import ASKING_REFUSES
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.api.stores import at_own_store
from service.api.wording import worded
from service.domain.purchases.types import AskQuote, Quote

TAG: Final = "Checkout"


@route(
    "POST",
    "/v1/quotes",
    scope="quotes:ask",
    own=("member.id",),
    tag=TAG,
    takes=Body(AskQuote),
    answers={200: Answer(what="What recording this cart now would decide.", body=Quote)},
    refuses=ASKING_REFUSES,
    languages=True,
)
async def ask_quote(call: Call, body: AskQuote) -> Reply:
    """Decide a cart without recording it.

    Answers the discounts of each line, what would be earned, which presented coupons apply and why
    others do not, what else the member could use, how many points may be paid, and the tier after
    the purchase. Nothing is written and nothing is kept: a hold keeps points, coupons and budgets.
    A purchase that names the `quote_id` until `valid_until`, with the same cart, gets these prices.
    """
    ours = at_own_store(call.actor, body)
    found = await call.services.reads.quote(call.actor, ours)
    return ok(worded(call, found))
