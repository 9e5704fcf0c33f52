"""Holds over HTTP."""

from typing import Final

from service.api.body import Body
from service.api.call import Call
from service.api.once import done_once, once
from service.api.parameters import hold_id
from service.api.purchases import SCARCE_REFUSES
from service.api.quotes import TAG
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.api.stores import at_own_store
from service.api.wording import worded
from service.domain.holds.errors import HoldClosed, HoldNotFound, HoldTimedOut
from service.domain.purchases.types import ExtendHold, HoldView, PlaceHold

_SHOWN: Final = {200: Answer(what="The hold as it stands.", body=HoldView)}


@route(
    "POST",
    "/v1/holds",
    scope="holds:write",
    tag=TAG,
    spends=True,
    takes=Body(PlaceHold),
    answers=done_once(
        HoldView, "Held now.", "The checkout holds the same cart already.", located=True
    ),
    refuses=SCARCE_REFUSES,
    languages=True,
)
async def place_hold(call: Call, body: PlaceHold) -> Reply:
    """Keep for a checkout what its cart takes: points, coupons and shares of budgets.

    Every channel sees at once what is held. The purchase that names the hold with the same cart
    gets the decision pinned here, whatever has happened since. `checkout` makes it safe to send
    again: the same cart answers the hold there is, another cart replaces it. What is not captured
    in time is free again, by itself; a payment that failed has used nothing up.
    """
    ours = at_own_store(call.actor, body)
    done = await call.services.verbs.place_hold(call.actor, ours)
    location = f"/v1/holds/{done.body.id}"
    return once(worded(call, done.body), replayed=done.replayed, location=location)


@route(
    "GET",
    "/v1/holds/{hold_id}",
    scope="holds:write",
    tag=TAG,
    answers=_SHOWN,
    refuses=(HoldNotFound,),
    languages=True,
)
async def read_hold(call: Call, _: None) -> Reply:
    """Read a hold."""
    return ok(worded(call, await call.services.reads.hold(hold_id(call))))


@route(
    "POST",
    "/v1/holds/{hold_id}/extend",
    scope="holds:write",
    tag=TAG,
    takes=Body(ExtendHold),
    answers=_SHOWN,
    refuses=(HoldNotFound, HoldClosed, HoldTimedOut),
    languages=True,
)
async def extend_hold(call: Call, body: ExtendHold) -> Reply:
    """Let an open hold last so many seconds from now on, whatever was left of it."""
    done = await call.services.verbs.extend_hold(call.actor, hold_id(call), body)
    return ok(worded(call, done.body))


@route(
    "POST",
    "/v1/holds/{hold_id}/release",
    scope="holds:write",
    tag=TAG,
    answers=_SHOWN,
    refuses=(HoldNotFound, HoldClosed),
    languages=True,
)
async def release_hold(call: Call, _: None) -> Reply:
    """Give up a hold: what it kept is free again.

    One that has been released or has timed out already is answered as it is; one that a purchase
    has captured is refused (409): a return gives that back.
    """
    done = await call.services.verbs.release_hold(call.actor, hold_id(call))
    return ok(worded(call, done.body))
