"""Returns of a batch whose holders are locked: loaded, checked, written once they are applied."""

import contextlib
import datetime as dt
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from service.domain.events.outbox import Outbox
from service.domain.purchases.errors import InTheFuture, UnknownChannel, UnknownStore
from service.domain.purchases.stored import Purchase
from service.domain.returns import store as returns
from service.domain.returns.errors import NotOfThisStoreAndDay, ReturnBeforePurchase
from service.domain.returns.types import RecordReturn
from service.flows.steps import (
    facts,
    tiers,
    wallets,
)
from service.flows.steps.business_day import same_day
from service.flows.steps.checkout import activity
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import IN_THE_FUTURE_MAX, Context
from service.flows.steps.facts import Asked
from service.flows.steps.own import refuse_own
from service.flows.steps.reconsidering.reconsider import reconsider
from service.flows.steps.returns import (
    hindsight,
    refunding,
    restoring,
    return_rows,
    unfounded,
)
from service.flows.steps.returns.returning import Returning, wanted
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.errors import ExpectedError


class ReturnCommand(msgspec.Struct, frozen=True):
    """A return to record, or a void with its reason. `at`: the clock of an import, None: now."""

    actor: Actor
    body: RecordReturn
    fp: bytes
    at: dt.datetime | None = None
    void: bool = False
    reason: str | None = None

    @property
    def natural_key(self) -> returns.NaturalKey:
        """(channel, external_id) of the return."""
        return (self.body.channel, self.body.external_id)

    @property
    def twin(self) -> tuple[returns.NaturalKey, bytes]:
        """Equal for requests that record the same return."""
        return (self.natural_key, self.fp)


def refusal(ctx: Context, asked: ReturnCommand, now: dt.datetime) -> ExpectedError | None:
    """What no return may get wrong, a parked one either."""
    document, body = ctx.programs.at(now).document, asked.body
    if body.channel not in document.channels and not asked.void:
        return UnknownChannel(channel=body.channel, allowed=document.channels)
    if body.store is not None and document.stores and body.store not in document.stores:
        return UnknownStore(store=body.store)
    if body.occurred_at is not None and body.occurred_at > now + IN_THE_FUTURE_MAX:
        return InTheFuture(now=now)
    return None


def check(returned: Returning) -> None:
    """ReturnBeforePurchase, NotOfThisStoreAndDay, OwnWallet.

    A void is for a mistake just made, at the till where it was made, or by who may anywhere.
    """
    if returned.at < returned.purchase.occurred_at:
        raise ReturnBeforePurchase
    if not returned.void:
        return
    refuse_own(returned.actor, returned.purchase.holder_id)
    if returned.actor.may("purchases:void-any"):
        return
    purchase = returned.purchase
    today = same_day(returned.program.tz, purchase.occurred_at, returned.work.now)
    if not today or purchase.store != returned.body.store:
        raise NotOfThisStoreAndDay


Commands = Mapping[int, ReturnCommand]
CardWorks = Mapping[uuid.UUID, Work]
NO_CARDS: Final[CardWorks] = MappingProxyType({})


async def load(
    tx: Tx,
    ctx: Context,
    commands: Commands,
    begun: Mapping[int, tuple[Work, Purchase]],
    cards: Mapping[int, CardWorks] = MappingProxyType({}),
) -> dict[int, Returning]:
    """What each return needs to be applied to its purchase, by the command's number.

    `cards`: the work on the gift cards that paid for it, which are locked as well.
    """
    works = [work for work, _ in begun.values()]
    if not works:
        return {}
    await wallets.load(tx, ctx, [*works, *(one for own in cards.values() for one in own.values())])
    members = [work for work in works if work.is_member]
    runs = await unfounded.runs_of(tx, ctx, list(begun.values()))
    operations = [purchase.earned_by for _, purchase in begun.values()]
    operations += [run.op_id for own in runs.values() for run in own]
    bought = [purchase.purchase_id for _, purchase in begun.values()]
    holder_ids = [work.holder.holder_id for work in works]
    await wallets.load_lots(tx, members, operations)
    asked = [
        Asked(work, ctx.programs.version(purchase.program_version), purchase.occurred_at)
        for work, purchase in begun.values()
    ]
    people = await facts.load_members(tx, ctx, asked)
    standings = await tiers.load(
        tx, ctx, [(work, purchase.occurred_at) for work, purchase in begun.values()], people,
        replay=True,
    )  # fmt: skip
    both = zip(asked, begun.values(), strict=True)
    later = await activity.followed(tx, [(one.program, purchase) for one, (_, purchase) in both])
    scarce = await restoring.load(tx, ctx, list(begun.values()))
    kept = await returns.kept(tx, holder_ids, bought)
    lapsed = await wallets.lapsed(tx, works, operations)
    brought = await unfounded.load(tx, ctx, list(begun.values()), runs, lapsed)
    paying = [(purchase, cards.get(n, NO_CARDS)) for n, (_, purchase) in begun.items()]
    tenders = await refunding.load(tx, paying)
    loaded: dict[int, Returning] = {}
    for n, (work, purchase) in begun.items():
        body = commands[n].body
        loaded[n] = Returning(
            work=work,
            program=ctx.programs.version(purchase.program_version),
            purchase=purchase,
            standings=standings.get(work.holder.holder_id, {}),
            body=body,
            actor=commands[n].actor,
            at=min((body.occurred_at or commands[n].at or work.at).astimezone(dt.UTC), work.at),
            kept={k: v for k, v in kept.items() if k[0] == purchase.purchase_id},
            expired={w: u for (p, w), u in lapsed.items() if p == purchase.earned_by},
            scarce=scarce[purchase.purchase_id],
            later=later.get(purchase.purchase_id, ()),
            cards=tenders.get(purchase.purchase_id, ()),
            void=commands[n].void,
            reason=commands[n].reason,
            brought=brought[purchase.purchase_id],
        )
    for one in loaded.values():
        await _look_back(tx, ctx, one)
    return loaded


async def _look_back(tx: Tx, ctx: Context, r: Returning) -> None:
    """What the return unmakes of what its purchase brought about; a refused one does nothing."""
    purchase, holder_id = r.purchase, r.work.holder.holder_id
    with contextlib.suppress(ExpectedError):
        asked = wanted(r, cut=False)
        returned = [a + b for a, b in zip(purchase.returned, asked, strict=True)]
        await hindsight.look_back(
            tx, ctx, r.work, purchase, returned, r.brought, {holder_id: r.standings}
        )


async def write(tx: Tx, ctx: Context, commands: Commands, done: Mapping[int, Returning]) -> None:
    """Write the returns that were applied; RunAgain when a natural key was taken meanwhile."""
    if not done:
        return
    standings = {r.work.holder.holder_id: r.standings for r in done.values() if r.standings}
    for of_holder in standings.values():
        tiers.emit_changes(of_holder)
    claims: list[returns.KeyClaim] = [
        (commands[n].natural_key, r.return_id, r.work.holder.holder_id, commands[n].fp)
        for n, r in done.items()
    ]
    await return_rows.write(tx, ctx, list(done.values()), parked=False)
    # who is out of a segment by it has to be so before the next purchase, which may enter it again
    unmade = [r.work for r in done.values() if r.brought.baseless]
    await reconsider(tx, ctx, unmade, standings)
    if len(await returns.claim_keys(tx, claims)) < len(claims):
        raise RunAgain
    await tiers.write(tx, standings)
    # of those that were applied: what settling found due for a refused one is not written either
    works = [work for r in done.values() for work in (r.work, *(one.work for one in r.cards))]
    await wallets.write(tx, works)
    await Outbox.of(work.outbox for work in works).write(tx)
