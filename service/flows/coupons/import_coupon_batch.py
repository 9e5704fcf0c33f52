"""import_coupon_batch: codes that are out already become coupons of a template."""

import asyncio
import uuid
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from service.domain.audit.acts import About, Act
from service.domain.coupons import batches, codes
from service.domain.coupons.types import (
    BatchRow,
    CodeRefused,
    ImportCodes,
    ImportReceipt,
    RefusedCode,
)
from service.domain.coupons.validity import end_of, uses_max
from service.domain.holders import store as holders
from service.flows.steps import (
    idempotency,
    templates,
)
from service.flows.steps.auditing import Done, note
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.codes import normalise
from service.kernel.ids import derived_id
from service.rules.compile import Program

PART: Final = 2_500
NO_SEED: Final = bytes(32)  # these codes were made elsewhere


class Read(msgspec.Struct, frozen=True):
    """The codes of a request, by digest, in the order of the locks, and what is no code of it."""

    codes: dict[bytes, str]
    positions: dict[bytes, list[int]]
    refused: list[RefusedCode]


async def import_coupon_batch(
    ctx: Context, actor: Actor, body: ImportCodes, key: str
) -> Answer[ImportReceipt]:
    """Take codes in; UnknownTemplate, TemplateNotForBatches, IdempotencyKeyReused."""
    fp = idempotency.fingerprint("import_coupon_batch", body)
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        known = await idempotency.stored(tx, actor, key, fp, ImportReceipt)
        if known is not None:
            return Answer(known, replayed=True)
        batch_id = derived_id("coupon batch", actor.client_id, key)
        receipt = await _take(tx, ctx, actor, body, batch_id)
        await idempotency.keep(tx, actor, key, fp, None, receipt)
        content = {"template": body.template, "codes": len(body.codes), "taken": receipt.taken}
        done = Done(
            act=Act.COUPON_BATCH_IMPORTED, about=About.COUPON_BATCH, id=batch_id, content=content
        )
        await note(tx, actor, done)
    return Answer(receipt)


async def _take(
    tx: Tx, ctx: Context, actor: Actor, body: ImportCodes, batch_id: uuid.UUID
) -> ImportReceipt:
    now = tx.now or EARLIEST
    program = ctx.programs.at(now)
    template = templates.for_batches(program, body.template)
    terms = batches.Terms(
        template=body.template,
        batch_id=batch_id,
        until_at=end_of(template, now, program.tz),
        uses_max=uses_max(template),
        issued_at=now,
    )
    read = await _read(ctx, program, body)
    taken = known = 0
    refused = read.refused
    numbered = list(enumerate(read.codes.items(), start=1))
    for part in _parts(numbered):
        rows = [(number, code) for number, (_, code) in part]
        taken += await batches.insert_coupons(tx, ctx.secret, terms, rows)
        owners = await batches.owners(tx, [value for _, (value, _) in part])
        for value, (owner, of_batch) in owners.items():
            positions = read.positions[value]
            if owner != body.template:
                refused += [_refused(n, CodeRefused.TAKEN) for n in positions]
            else:
                known += len(positions) - (of_batch == batch_id)
    batch = None
    if taken:
        row = BatchRow(batch_id, body.template, taken, NO_SEED, True, 0, body.note, now)  # noqa: FBT003 the row
        await batches.insert(tx, row, actor)
        await batches.mark_done(tx, batch_id, taken)
        batch = batches.view(msgspec.structs.replace(row, done=taken))
    refused.sort(key=lambda one: one.position)
    return ImportReceipt(batch=batch, taken=taken, known=known, refused=tuple(refused))


async def _read(ctx: Context, program: Program, body: ImportCodes) -> Read:
    """The same code twice is known the second time."""
    found: dict[bytes, str] = {}
    positions: dict[bytes, list[int]] = {}
    refused: list[RefusedCode] = []
    for position, text in enumerate(body.codes):
        if position % PART == 0:
            await asyncio.sleep(0)  # tens of thousands of hashes: others come in between
        code = normalise(text)
        if code is None:
            refused.append(_refused(position, CodeRefused.MALFORMED))
        elif code in program.codes:
            refused.append(_refused(position, CodeRefused.SHARED))
        else:
            value = codes.digest(ctx.secret, code)
            found[value] = code
            positions.setdefault(value, []).append(position)
    return Read({value: found[value] for value in sorted(found)}, positions, refused)


def _refused(position: int, reason: CodeRefused) -> RefusedCode:
    return RefusedCode(position=position, reason=reason)


def _parts(
    numbered: Sequence[tuple[int, tuple[bytes, str]]],
) -> Iterator[Sequence[tuple[int, tuple[bytes, str]]]]:
    for start in range(0, len(numbered), PART):
        yield numbered[start : start + PART]
