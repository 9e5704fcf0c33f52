"""exchange_items: items come back and others are bought, in one transaction, for one net amount.

Both or neither: a purchase that is refused leaves the return undone. The return comes first, so
what it gives back can be used again on the purchase. Each keeps a natural key of its own; the same
exchange sent again answers both receipts.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder
from service.domain.programs.errors import VersionBehind
from service.domain.purchases import store as purchases
from service.domain.purchases.content import fingerprint as purchase_fingerprint
from service.domain.purchases.errors import NaturalKeyReused, PurchaseNotFound
from service.domain.purchases.stored import Purchase
from service.domain.purchases.types import Receipt
from service.domain.returns import store as returns
from service.domain.returns.content import check_reference
from service.domain.returns.content import fingerprint as return_fingerprint
from service.domain.returns.errors import ReturnKeyReused
from service.domain.returns.types import RecordReturn, ReturnReceipt
from service.flows.steps import hiding, unclaimed
from service.flows.steps.checkout import (
    asking,
    deciding,
    guarding,
    holding,
    presenting_cards,
)
from service.flows.steps.checkout.proving import Proof
from service.flows.steps.checkout.purchase import Item, RunAgain
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.match import Match, match
from service.flows.steps.purchases import (
    locking,
    posting,
)
from service.flows.steps.purchases.recording import PurchaseCommand, compare_charged, item_of
from service.flows.steps.purchases.rounds import answered
from service.flows.steps.returns import (
    refunding,
    return_batch,
    returning,
)
from service.flows.steps.returns.exchanging import ExchangeItems, ExchangeReceipt
from service.flows.steps.returns.return_batch import ReturnCommand
from service.flows.steps.work import Work
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError


class Command(msgspec.Struct, frozen=True):
    """An exchange: the return and the purchase, each as it would be recorded alone."""

    bringing: ReturnCommand
    buying: PurchaseCommand

    @property
    def twin(self) -> tuple[Any, Any]:
        """Equal for requests that are the same exchange."""
        return (self.bringing.twin, self.buying.twin)


def command(actor: Actor, body: ExchangeItems, proofs: Sequence[Proof] = ()) -> Command:
    """The command of a request; PurchaseNotNamed, LineInvalid."""
    check_reference(body.bring.purchase)
    return Command(
        ReturnCommand(actor, body.bring, return_fingerprint(body.bring)),
        PurchaseCommand(actor, body.buy, purchase_fingerprint(body.buy), proofs=proofs),
    )


def gate_key(body: ExchangeItems) -> tuple[str, ...]:
    """What the gate may run one of at a time."""
    return asking.gate_key(body.buy, "purchase", body.buy.channel, body.buy.external_id)


async def exchange_items(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ExchangeReceipt], an ExpectedError, or BUSY."""

    async def run(batch: Sequence[int], results: list[Any]) -> None:
        for n in batch:
            results[n] = await _one(ctx, commands[n], wait=wait)

    return await answered(run, len(commands))


async def _one(ctx: Context, command: Command, *, wait: bool) -> Any:
    items: list[Item] = []
    try:
        async with ctx.db.transaction() as tx:
            newest = await holders.clock(tx, ctx.db.clock_offset)
            if newest > ctx.programs.newest:
                await ctx.programs.refresh(ctx.db)
            known = await _recorded(tx, ctx, command)
            if known is not None:
                return Answer(known, replayed=True)
            return await _exchange(tx, ctx, command, items, wait=wait)
    except ExpectedError as refusal:
        return await _twins_answer(ctx, command, refusal)
    finally:
        await guarding.count(ctx, [item for item in items if item.refused is not None])


async def _twins_answer(ctx: Context, command: Command, refusal: ExpectedError) -> Any:
    """The same exchange, sent to another process, may have taken meanwhile what is missing here."""
    async with ctx.db.reading() as tx:
        try:
            known = await _recorded(tx, ctx, command)
        except ExpectedError:
            return refusal
    return refusal if known is None else Answer(known, replayed=True)


async def _recorded(tx: Tx, ctx: Context, command: Command) -> ExchangeReceipt | None:
    """The receipts of both, when both are recorded; ReturnKeyReused, NaturalKeyReused.

    Refused too when only one of them is: it was no exchange then.
    """
    brought = (await returns.keys(tx, [command.bringing.natural_key])).get(
        command.bringing.natural_key
    )
    bought = (await purchases.keys(tx, [command.buying.natural_key])).get(
        command.buying.natural_key
    )
    is_bought = bought is not None and bought.purchase_id is not None
    if brought is None and not is_bought:
        return None
    if brought is None or brought.return_id is None or brought.fp != command.bringing.fp:
        raise ReturnKeyReused if brought is not None else NaturalKeyReused
    if bought is None or bought.purchase_id is None or bought.fp != command.buying.fp:
        raise NaturalKeyReused if is_bought else ReturnKeyReused
    given = (await returns.receipts(tx, [brought.return_id]))[brought.return_id]
    taken = (await purchases.by_ids(tx, [bought.purchase_id]))[bought.purchase_id]
    return _receipt(given, hiding.told_receipt(ctx, taken))


async def _exchange(
    tx: Tx, ctx: Context, command: Command, items: list[Item], *, wait: bool
) -> Any:
    """Lock whoever is concerned, apply the return, then decide and post the purchase."""
    now = tx.now or EARLIEST
    refused = return_batch.refusal(ctx, command.bringing, now)
    if refused is not None:
        raise refused
    old = await _named(tx, command.bringing.body)
    holds = await holding.named(tx, [command.buying.body.hold_id])
    awaited = await _is_awaited(tx, command.buying)
    item = item_of(ctx, command.buying, 0, now, holds, awaited=awaited)
    whom = asking.who(item.body, item.occurred_at, item.holder_id, has_happened=item.has_happened)
    await presenting_cards.look(tx, ctx, [item])
    (matched,) = await match(tx, ctx, [whom], now)
    if not isinstance(matched, Match):
        raise matched
    paid = (await refunding.cards_of(tx, [old.purchase_id])).get(old.purchase_id, set())
    wanted = {old.holder_id, *paid, *locking.needed(item, matched)}
    locked, newest = await holders.lock(tx, wanted, wait=wait, clock_offset=ctx.db.clock_offset)
    if newest > ctx.programs.newest:
        raise VersionBehind
    if len(locked) < len(wanted):
        return BUSY
    if any(locked[one].merged_into is not None for one in wanted):
        raise RunAgain
    await locking.still_matched(tx, ctx, {matched.holder_id: (item, matched)}, locked)
    locked |= await unclaimed.make(tx, [matched], now)
    cards = [locked[one] for one in paid]
    brought = await _bring(tx, ctx, command.bringing, old, locked[old.holder_id], cards)
    item.identifier_conflict, item.home = matched.conflict, matched.home
    items.append(item)
    locking.begin(item, locked[matched.holder_id], [locked[one] for one in item.others], now)
    await _buy(tx, ctx, item)
    return Answer(_receipt(brought, hiding.told_receipt(ctx, item.purchase)))


async def _is_awaited(tx: Tx, buying: PurchaseCommand) -> bool:
    """A return of the new purchase came before it; nobody has recorded it (`_recorded`)."""
    return buying.natural_key in await purchases.keys(tx, [buying.natural_key])


async def _named(tx: Tx, body: RecordReturn) -> Purchase:
    """The purchase that items come back of: it must be known."""
    reference = body.purchase
    purchase_id = reference.id
    if purchase_id is None:
        key = (reference.channel or "", reference.external_id or "")
        known = (await purchases.keys(tx, [key])).get(key)
        purchase_id = None if known is None else known.purchase_id
    found = {} if purchase_id is None else await purchases.by_ids(tx, [purchase_id])
    if purchase_id is None or purchase_id not in found:
        raise PurchaseNotFound
    return found[purchase_id]


async def _bring(
    tx: Tx,
    ctx: Context,
    asked: ReturnCommand,
    old: Purchase,
    holder: Holder,
    cards: Sequence[Holder],
) -> ReturnReceipt:
    again = (await purchases.by_ids(tx, [old.purchase_id]))[old.purchase_id]
    if again.holder_id != old.holder_id:
        raise RunAgain  # claimed meanwhile
    now = tx.now or EARLIEST
    work = Work(holder, now, now, Outbox())
    paid = {0: refunding.works(cards, work)}
    done = await return_batch.load(tx, ctx, {0: asked}, {0: (work, again)}, paid)
    return_batch.check(done[0])
    returning.apply(ctx, done[0], cut=False)
    await return_batch.write(tx, ctx, {0: asked}, done)
    await tx.flush()
    for one in (holder, *cards):
        _as_written(one)
    row = done[0].row
    assert row is not None  # noqa: S101  # for the type checker
    return row.receipt


def _as_written(holder: Holder) -> None:
    """The holder goes on from what was written of it."""
    holder.old_settled_at = holder.settled_at
    holder.due_settled = False


async def _buy(tx: Tx, ctx: Context, item: Item) -> None:
    """Raises what the purchase is refused with, so that nothing of the return is left either."""
    await holding.capturing(tx, ctx, [item])
    await deciding.decide_all(tx, ctx, [item])
    if item.refused is None:
        compare_charged(item)
    if item.refused is not None:
        raise item.refused
    await posting.post(tx, ctx, [item])


def _receipt(brought: ReturnReceipt, bought: Receipt) -> ExchangeReceipt:
    refund = brought.refund.other_tender if brought.refund is not None else 0
    return ExchangeReceipt(returned=brought, purchase=bought, net_due=bought.due - refund)
