"""Why bids of the best combination's losers were not taken."""

from collections.abc import Sequence

from service.rules.decision import NotApplied, Refused
from service.rules.discounts.offers import Bid
from service.rules.discounts.search import Combination


def losers(bids: Sequence[Bid], chosen: Combination) -> list[NotApplied]:
    """One for each coupon without effect, and for each rule none of whose discounts has one.

    A rule's discount of lines that are not in the cart is no loser.
    """
    taken = [bid for bid, _ in chosen.effects]
    rules = {bid.offer.id for bid in taken if bid.coupon is None}
    found: list[NotApplied] = []
    for bid in bids:
        if bid in taken:
            continue
        if bid.coupon is not None:
            found.append(_not_applied(bid, chosen, taken))
        elif bid.offer.id not in rules and bid.lines:
            rules.add(bid.offer.id)  # told once
            found.append(_not_applied(bid, chosen, taken))
    return found


def _not_applied(bid: Bid, chosen: Combination, taken: Sequence[Bid]) -> NotApplied:
    winner = _winner(bid, chosen, taken)
    return NotApplied(
        reason=Refused.NO_EFFECT if winner is None else Refused.EXCLUDED_BY,
        coupon=bid.coupon,
        rule=bid.offer.id if bid.coupon is None else None,
        by=None if winner is None else winner.offer.id,
    )


def _winner(bid: Bid, chosen: Combination, taken: Sequence[Bid]) -> Bid | None:
    """Of its group; or who has its lines for himself; or, of what it would exclude, the first."""
    group = bid.offer.group
    if group is not None:
        for other in taken:
            if other.offer.group == group:
                return other
    lines = bid.touchable
    for n in lines:
        if n in chosen.reserved:
            return chosen.reserved[n]
    if bid in chosen.bids or bid.offer.stackable:
        return None
    return next((b for b, parts in chosen.effects if any(n in lines for n, _ in parts)), None)
