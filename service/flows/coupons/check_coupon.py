"""check_coupon: what a code is, and whether it can be used now, whatever is in the cart.

A code that does not exist, one that is void, another member's or of a club they must not know of,
and a text that is no code at all get the same answer after as many questions to the database: it
tells nobody which it is.
"""

import uuid
from typing import Final

import msgspec

from service.domain.budgets import store as budgets
from service.domain.coupons import codes, store
from service.domain.coupons.guesses import subjects, tried
from service.domain.coupons.types import CheckCoupon, CouponCheck, CouponRow, MemberId
from service.domain.coupons.validity import span
from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.flows.steps import alarming, guessing, hiding
from service.flows.steps.checkout import presenting
from service.flows.steps.checkout.presenting import Code, Coupons, Situation
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.match import Look, Match, Who, check_kinds
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.errors import ExpectedError
from service.kernel.texts import Languages, told
from service.rules.compile import Program
from service.rules.document import CouponTemplate
from service.rules.facts import Presented, Unusable

UNKNOWN: Final = CouponCheck(usable=False, reason=Unusable.UNKNOWN)


async def check_coupon(
    ctx: Context, actor: Actor, body: CheckCoupon, languages: Languages
) -> CouponCheck:
    """Raises TooManyCodes, MemberNotFound, UnknownIdentifierKind."""
    async with ctx.db.reading() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        program = ctx.programs.at(tx.now or EARLIEST)
        member_id = await _member(tx, ctx, program, body)
        (code,) = presenting.read(ctx, program, [body.code])
        shared = code.is_open  # no secret, nobody guesses it
        asking = () if shared else subjects(ctx.secret, member_id, body.client)
        await guessing.refuse_if_locked(tx, ctx, asking)
        digest = code.digest or codes.digest(ctx.secret, body.code)
        code = msgspec.structs.replace(code, digest=digest)
        presented, row = await _look(tx, program, code, digest, member_id)
        answer = await _answer(tx, program, presented, row, languages)
    if answer is UNKNOWN:
        wrong = tried(ctx.secret, "coupon", body.code, member_id)
        await guessing.count_tried(ctx, asking, [wrong])
        if not shared:
            await alarming.notice(ctx, actor.client_id, [wrong])
    return answer


async def _member(tx: Tx, ctx: Context, program: Program, body: CheckCoupon) -> uuid.UUID | None:
    """Who shows the code; None: nobody is known."""
    if body.member is None:
        return None
    now = tx.now or EARLIEST
    if isinstance(body.member, MemberId):
        who = Who((), body.member.id, now)
    else:
        check_kinds(body.member, program.document.identifiers, "/member")
        who = Who(body.member, None, now)
    look = Look(ctx, [who])
    await tx.ask_all(look.questions)
    found = look.of(who, now)
    if isinstance(found, ExpectedError):
        raise found
    if not isinstance(found, Match):
        return None
    known = await holders.find(tx, [found.holder_id])
    return found.holder_id if known[found.holder_id].kind == Kind.MEMBER else None


async def _look(
    tx: Tx, program: Program, code: Code, digest: bytes, member_id: uuid.UUID | None
) -> tuple[Presented, CouponRow | None]:
    """What a checkout would say; as many questions are asked where there is nothing to ask."""
    now = tx.now or EARLIEST
    found = await store.find(tx, [digest])
    situation = Situation(program=program, member_id=member_id, at=now, codes=(code,))
    coupons = Coupons([situation], {} if code.template else found, now)
    await tx.ask_all(coupons.questions)
    coupons.hide(0, (await hiding.of_member(tx, program, member_id, now)).coupons)
    return coupons.facts(0)[0], coupons.row(code)


async def _answer(
    tx: Tx, program: Program, presented: Presented, row: CouponRow | None, languages: Languages
) -> CouponCheck:
    if presented.template is None:
        return UNKNOWN
    template, why = program.coupons[presented.template].template, presented.why
    if why is None and await _cap_is_used_up(tx, template):
        why = Unusable.USED_UP
    start, end = span(template, row)
    found = CouponCheck(
        usable=why is None,
        reason=why,
        coupon=presented.shown,
        template=template.id,
        valid_from=start,
        valid_until=end,
    )
    return told(found, template, languages)


async def _cap_is_used_up(tx: Tx, template: CouponTemplate) -> bool:
    """Of a shared code; it is no secret, so this question tells nothing."""
    if template.cap is None:
        return False
    left = await budgets.left(tx, [template.cap], tx.now or EARLIEST)
    return left.get(template.cap, 0) <= 0
