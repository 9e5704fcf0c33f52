"""Members, their tiers, and everything about one at a glance."""

import hashlib
import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.members import store as members
from service.domain.members.errors import MemberNotFound
from service.domain.members.identifiers import digest
from service.domain.members.store import MemberRow
from service.domain.members.types import HomeView, MemberView
from service.domain.tiers.types import TierView
from service.flows.reads.balances import Tagged, projected, views
from service.flows.steps import tiers
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.tiers import Standing
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.values import Identifier, LadderView

_encode: Final = msgspec.json.Encoder().encode


async def _find(tx: Tx, ctx: Context, member_id: uuid.UUID) -> tuple[Holder, MemberRow]:
    states = await holders.states(tx, [member_id], ctx.db.clock_offset)
    rows = await members.members(tx, [member_id])
    if member_id not in rows or states[member_id].kind is not Kind.MEMBER:
        raise MemberNotFound
    return states[member_id], rows[member_id]


async def _whole(
    tx: Tx, ctx: Context, member_id: uuid.UUID
) -> tuple[MemberRow, Work, dict[str, Standing]]:
    """The member with wallets and tiers as of now, whatever has been posted so far."""
    holder, row = await _find(tx, ctx, member_id)
    before = Holder(
        holder.holder_id, holder.kind, None, holder.version, holder.next_due,
        holder.settled_at, holder.recorded_at,
    )  # fmt: skip
    ((work, _),) = await projected(tx, ctx, [holder], tx.now or EARLIEST)
    standing_work = Work(before, work.at, work.at, Outbox())
    standings = await tiers.load(tx, ctx, [(standing_work, work.at)], {member_id: row}, replay=True)
    return row, work, standings.get(member_id, {})


async def member(ctx: Context, member_id: uuid.UUID) -> MemberView:
    """The person, balances and tiers; MemberNotFound."""
    async with ctx.db.transaction(repeatable=True) as tx:
        row, work, standings = await _whole(tx, ctx, member_id)
    return MemberView(
        id=row.holder_id,
        identifiers=row.identifiers,
        profile=row.profile,
        fields=row.fields,
        enrolled_at=row.enrolled_at,
        tier=tiers.shown(standings, work.at, changed=False),
        wallets=work.balances(ctx.programs),
    )


async def lookup(ctx: Context, identifiers: Sequence[Identifier]) -> uuid.UUID:
    """The member who holds the first identifier that anybody holds now; MemberNotFound."""
    digests = [digest(ctx.secret, i) for i in identifiers]
    async with ctx.db.reading() as tx:
        owned = await members.ownerships(tx, dict.fromkeys(digests))
    for value in digests:
        for one in owned[value]:
            if one.kind == Kind.MEMBER and one.until_at is None:
                return one.merged_into or one.holder_id
    raise MemberNotFound


def _ladders(work: Work, standings: dict[str, Standing]) -> dict[str, LadderView]:
    found = {}
    for ladder_id, standing in standings.items():
        current = standing.steps[-1] if standing.steps else None
        found[ladder_id] = LadderView(
            title=standing.ladder.title,
            progress=standing.progress(work.at),
            since=current.from_at if current else None,
            history=tuple(standing.steps),
        )
    return found


async def tier(ctx: Context, member_id: uuid.UUID) -> TierView:
    """Where the member stands on every ladder, and the way there."""
    async with ctx.db.transaction(repeatable=True) as tx:
        _, work, standings = await _whole(tx, ctx, member_id)
    return TierView(member_id=member_id, at=work.at, ladders=_ladders(work, standings))


async def home(ctx: Context, member_id: uuid.UUID, language: str | None) -> Tagged:
    """What an app shows first, in one answer with one entity tag.

    The tag is a hash of the body: progress in a rolling window changes without a write.
    """
    async with ctx.db.transaction(repeatable=True) as tx:
        row, work, standings = await _whole(tx, ctx, member_id)
    wanted = language or row.profile.language or "en"
    wallets = views(ctx, work)
    view = HomeView(
        member_id=member_id,
        language=wanted,
        name=row.profile.first_name or row.profile.name,
        wallets={
            name: msgspec.structs.replace(shown, title=_in(shown.title, wanted))
            for name, shown in wallets.items()
        },
        tiers={
            name: msgspec.structs.replace(shown, title=_in(shown.title, wanted), history=())
            for name, shown in _ladders(work, standings).items()
        },
    )
    body = _encode(view)
    return Tagged(f'"{hashlib.blake2s(body, digest_size=12).hexdigest()}"', body)


def _in(texts: dict[str, str], wanted: str) -> dict[str, str]:
    """The text in the language, else in English, else in the first there is."""
    if not texts:
        return {}
    for language in (wanted, wanted.split("-", maxsplit=1)[0], "en"):
        if language in texts:
            return {language: texts[language]}
    first = next(iter(texts))
    return {first: texts[first]}
