"""Unique codes that several baskets of one batch present, with fewer uses left than that.

A batch reads each code once for all its baskets, so each would find the last use there. Baskets
that want such a code are therefore taken one after another, in the order they came. A code that
does not exist or has no use left keeps nobody waiting: all who present it are told so together.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from service.domain.coupons import codes, store
from service.flows.steps import hiding
from service.flows.steps.checkout.checkout import Checkout
from service.flows.steps.checkout.presenting import Coupons
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx
from service.kernel.codes import normalise


def unique(item: Checkout) -> Iterator[str]:
    """The normalised codes of a basket that are not shared ones known to everybody."""
    shared, secret = item.program.codes, hiding.closed(item.program).coupons
    for text in item.body.coupons:
        code = normalise(text)
        if code is not None and (code not in shared or shared[code] in secret):
            yield code


async def among(tx: Tx, ctx: Context, items: Sequence[Checkout]) -> frozenset[str]:
    """Normalised codes of which not every basket that presents them can have a use."""
    wanted = Counter(code for item in items for code in unique(item))
    several = {codes.digest(ctx.secret, c): c for c, times in wanted.items() if times > 1}
    if not several:
        return frozenset()
    found = await store.find(tx, several)
    asked = [(digest, None) for digest in found]
    held = await tx.ask(store.ask_held(asked, tx.now or EARLIEST)) if asked else {}
    left = {
        several[digest]: row.uses_max - row.used - held[place]
        for place, (digest, row) in enumerate(found.items())
        if row.voided_at is None
    }
    return frozenset(code for code, uses in left.items() if 0 < uses < wanted[code])


def refuse_to_share(coupons: Coupons, items: Sequence[Checkout]) -> None:
    """RunAgain: baskets decided together would take more uses of a code than it has.

    Somebody else took one after `among` had looked. `items`: all those `coupons` are about.
    """
    takers: dict[bytes, list[int]] = {}
    for n, item in enumerate(items):
        if not item.codes:
            continue  # one that is claimed or moved has its uses already
        if item.refused is None and not item.pins:  # what pins has its use already
            for position in item.decided.decision.coupons:
                row, beyond = item.coupons[position]
                if row is not None and not beyond:
                    takers.setdefault(row.digest, []).append(n)
    for digest, places in takers.items():
        if len(places) > 1 and any(coupons.left(n, digest) < len(places) for n in places):
            raise RunAgain
