"""A history of acts: three closed days with keys, staff, a merge, and acts of today."""

import msgspec

from service.domain.audit.acts import About, Act
from service.domain.events import sequence
from service.domain.holders import store as holders
from service.domain.staff.types import CreateStaffAccount, StaffRole
from service.flows.audit.close_audit_day import close_audit_day
from service.flows.steps import auditing
from service.flows.steps.auditing import Done
from service.infra.db import Database
from tests.flows.shop import SOURCE, TILL, Shop, day


async def make(url: str) -> None:
    """Acts by day: 1, 0, 5; and one of the fourth day, which is open."""
    db = await Database.open(url)
    shop = await Shop.open(db)
    await shop.publish(SOURCE)
    await shop.show(day(2))
    body = CreateStaffAccount(login="waw-117", role=StaffRole.CLERK)
    await shop.verbs.create_staff_account(TILL, body)
    for number in range(4):
        await _act(shop, f"key-{number}")
    await shop.show(day(3))
    while await close_audit_day(shop.built.ctx):
        pass
    await _act(shop, "key-4")
    await shop.built.gate.drain()
    async with db.transaction() as tx:
        await sequence.assign(tx)
    await db.close()


async def _act(shop: Shop, kid: str) -> None:
    actor = msgspec.structs.replace(TILL, reason="OPS-1")
    async with shop.db.transaction() as tx:
        await holders.clock(tx, shop.db.clock_offset)
        await auditing.note(tx, actor, Done(act=Act.KEY_REVOKED, about=About.KEY, id=kid))
