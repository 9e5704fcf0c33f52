"""What an account is changes for everybody who is signed in with it, and is written down."""

import asyncio

import pytest

from service.domain.members.errors import MemberNotFound
from service.domain.staff.errors import (
    MemberHasAccount,
    StaffAccountNotFound,
    StaffTokenNotAccepted,
)
from service.domain.staff.types import AccountState, ActKind, StaffRole
from service.kernel.ids import new_id
from tests.flows.shop import Shop
from tests.flows.staff_shop import acts, change, device, hire


async def test_another_role_is_good_at_the_next_sign_in(shop: Shop) -> None:
    till = await device(shop)
    account = await hire(shop)
    before = await till.sign_in()

    await change(shop, account.id, role=StaffRole.SUPERVISOR)

    with pytest.raises(StaffTokenNotAccepted):
        await till.asks(before.token)
    after = await till.asks((await till.sign_in()).token)
    assert after.may("approvals:decide")
    assert "approvals:decide" not in before.scopes
    assert (await acts(shop, account.id))[1:] == [
        (ActKind.CHANGED, "office", {"role": ["clerk", "supervisor"]})
    ]


async def test_a_suspension_signs_out_everywhere(shop: Shop) -> None:
    till = await device(shop)
    account = await hire(shop)
    await hire(shop, "waw-118")
    tokens = [(await till.sign_in(device=one)).token for one in ("till-3", "till-4")]
    colleague = await till.sign_in("waw-118")

    shown = await change(shop, account.id, state=AccountState.SUSPENDED)

    assert shown.state == "suspended"
    for token in tokens:
        with pytest.raises(StaffTokenNotAccepted):
            await till.asks(token)
    assert (await till.asks(colleague.token)).id == "waw-118"


async def test_what_is_so_already_changes_nothing_and_signs_nobody_out(shop: Shop) -> None:
    till = await device(shop)
    account = await hire(shop, stores=("waw-01", "waw-02"))
    token = (await till.sign_in()).token
    before = await shop.tables()

    same = await change(
        shop, account.id, role=StaffRole.CLERK, stores=("waw-02", "waw-01"), member=None
    )

    assert same.changed_at == account.changed_at
    assert await shop.tables() == before
    assert (await till.asks(token)).id == "waw-117"


async def test_a_member_is_linked_and_let_go(shop: Shop) -> None:
    member = (await shop.enrol("4012001")).id
    account, other = await hire(shop), await hire(shop, "waw-118")

    assert (await change(shop, account.id, member=member)).member_id == member
    with pytest.raises(MemberHasAccount):
        await change(shop, other.id, member=member)
    with pytest.raises(MemberNotFound):
        await change(shop, other.id, member=new_id())
    assert (await change(shop, account.id, member=None)).member_id is None
    assert (await change(shop, other.id, member=member)).member_id == member


async def test_an_account_that_is_not_there_is_not_found(shop: Shop) -> None:
    with pytest.raises(StaffAccountNotFound):
        await change(shop, new_id(), role=StaffRole.AGENT)


async def test_changes_at_once_follow_each_other(shop: Shop) -> None:
    account = await hire(shop)
    wanted: list[dict[str, object]] = [
        {"role": StaffRole.AGENT},
        {"stores": ("waw-09",)},
        {"state": AccountState.SUSPENDED},
    ]

    await asyncio.gather(*(change(shop, account.id, **one) for one in wanted))

    shown = await shop.reads.staff_account(account.id)
    assert (shown.role, shown.stores, shown.state) == ("agent", ("waw-09",), "suspended")
    assert len(await acts(shop, account.id)) == 4
