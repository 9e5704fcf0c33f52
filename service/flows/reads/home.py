"""Everything about a member at a glance: what an app shows first."""

import hashlib
import uuid
from typing import Final

import msgspec

from service.domain.coupons.types import CouponView
from service.flows.reads.balances import Tagged, views
from service.flows.reads.coupons import open_list
from service.flows.reads.members import ladders, whole
from service.flows.steps.context import Context
from service.kernel.texts import in_language
from service.kernel.values import LadderView, WalletView

COUPONS_MAX: Final = 50  # those that end first; the list has all
_encode: Final = msgspec.json.Encoder().encode


class HomeView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an app shows first: wallets with what lapses next, tiers with the way to the next.

    `coupons`: those of the list that are not used up, void or over, the ones that end first.
    `title`s in one language: the one asked for, else the member's, else English.
    """

    member_id: uuid.UUID
    language: str
    name: str | None = None
    wallets: dict[str, WalletView] = {}
    tiers: dict[str, LadderView] = {}
    coupons: tuple[CouponView, ...] = ()


async def home(ctx: Context, member_id: uuid.UUID, language: str | None) -> Tagged:
    """All of it in one answer with one entity tag; MemberNotFound.

    The tag is a hash of the body: progress in a rolling window changes without a write.
    """
    async with ctx.db.transaction(repeatable=True) as tx:
        row, work, standings = await whole(tx, ctx, member_id)
        wanted = language or row.profile.language or "en"
        coupons = await open_list(tx, ctx, member_id, wanted, COUPONS_MAX)
    view = HomeView(
        member_id=member_id,
        language=wanted,
        name=row.profile.first_name or row.profile.name,
        wallets={
            name: msgspec.structs.replace(shown, title=in_language(shown.title, wanted))
            for name, shown in views(ctx, work).items()
        },
        tiers={
            name: msgspec.structs.replace(shown, title=in_language(shown.title, wanted), history=())
            for name, shown in ladders(work, standings).items()
        },
        coupons=coupons,
    )
    body = _encode(view)
    return Tagged(f'"{hashlib.blake2s(body, digest_size=12).hexdigest()}"', body)
