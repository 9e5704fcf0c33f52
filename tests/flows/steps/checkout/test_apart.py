"""Commands done one by one."""

import pytest

from service.domain.members.errors import MemberNotFound
from service.domain.programs.errors import VersionBehind
from service.flows.steps.checkout import apart
from service.flows.steps.checkout.purchase import RunAgain
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.ids import new_id
from tests.flows.shop import SOURCE, Shop, another, day


async def test_each_has_its_own_result_and_its_own_transaction(shop: Shop) -> None:
    ola = await shop.enrol("1")

    async def do(tx: Tx, command: str) -> str:
        await tx.connection.execute("update holder set version = version + 1")
        if command == "refused":
            raise MemberNotFound
        if command == "busy":
            raise apart.Busy
        return command

    refused, busy, done = await apart.each(shop.built.ctx, ["refused", "busy", "done"], do)

    assert (isinstance(refused, MemberNotFound), busy, done) == (True, BUSY, "done")
    async with shop.db.reading() as tx:
        version = await tx.connection.fetchval("select version from holder")
        assert version == len(await shop.events(ola.id)) + 1  # the others are rolled back
        await tx.connection.execute("update holder set version = version - 1")


async def test_what_moved_meanwhile_is_done_again_but_not_for_ever(shop: Shop) -> None:
    runs: list[int] = []

    async def do(tx: Tx, times: int) -> str:
        assert tx.connection.is_in_transaction()
        runs.append(times)
        if runs.count(times) < times:
            raise RunAgain
        return "done"

    assert await apart.each(shop.built.ctx, [3, 100], do) == ["done", BUSY]
    assert (runs.count(3), runs.count(100)) == (3, apart.LOST_MAX)


async def test_all_that_exist_are_locked_or_none(shop: Shop) -> None:
    ola, jan = (await shop.enrol("1")).id, (await shop.enrol("2")).id
    ctx = shop.built.ctx
    async with shop.db.transaction() as first:
        locked = await apart.lock_all(first, ctx, [ola, new_id()], wait=False)
        assert set(locked) == {ola}
        async with shop.db.transaction() as second:
            with pytest.raises(apart.Busy):
                await apart.lock_all(second, ctx, [jan, ola], wait=False)


async def test_who_does_not_know_the_newest_program_decides_nothing(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    behind = another(shop.db)
    await behind.start()
    await shop.publish(SOURCE, day(5))
    async with shop.db.transaction() as tx:
        with pytest.raises(VersionBehind):
            await apart.lock_all(tx, behind.ctx, [ola], wait=False)
