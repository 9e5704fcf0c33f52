"""A hold as it is shown."""

from collections.abc import Mapping

from service.domain.holds.types import Hold
from service.domain.programs.errors import VersionBehind
from service.domain.purchases.stored import (
    applied,
    effects,
    lines_of,
    not_applied,
    paid_by_cards,
    redeemed,
)
from service.domain.purchases.types import HoldState, HoldView
from service.flows.steps import hiding
from service.flows.steps.context import Context
from service.kernel.values import Balance
from service.rules.priced import priced


def told_hold(
    ctx: Context, hold: Hold, *, is_member: bool, wallets: Mapping[str, Balance] | None = None
) -> HoldView:
    """The answer as its member may read it; `wallets`: their balances after it, where known.

    VersionBehind: this process does not know its program yet.
    """
    if hold.program_version > ctx.programs.newest:
        raise VersionBehind
    program = ctx.programs.version(hold.program_version)
    hidden = hiding.of_facts(program, hold.facts)
    return hiding.cut(view(hold, is_member=is_member, wallets=wallets), hidden)


def view(hold: Hold, *, is_member: bool, wallets: Mapping[str, Balance] | None = None) -> HoldView:
    """All of it, whoever it is for."""
    decision, facts = hold.decision, hold.facts
    lines = lines_of(priced(hold.cart, decision))
    total = sum(line.total for line in lines)
    return HoldView(
        id=hold.hold_id,
        state=HoldState(hold.state.name.lower()),
        checkout=hold.checkout,
        channel=hold.channel,
        member_id=hold.holder_id if is_member else None,
        created_at=hold.created_at,
        due_at=hold.due_at,
        closed_at=hold.closed_at,
        purchase_id=hold.closed_by,
        program_version=hold.program_version,
        currency=hold.cart.currency,
        subtotal=hold.cart.subtotal(),
        discount=sum(line.discount for line in lines),
        total=total,
        due=total - decision.tendered(),
        lines=lines,
        effects=effects(decision),
        redeemed=redeemed(decision),
        gift_cards=paid_by_cards(decision, facts),
        coupons=applied(decision, facts),
        not_applied=not_applied(decision.not_applied, facts),
        wallets=dict(wallets or {}),
    )
