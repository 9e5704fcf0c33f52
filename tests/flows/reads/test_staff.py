"""Staff accounts as they are read."""

import pytest

from service.domain.staff.errors import StaffAccountNotFound
from service.domain.staff.types import AccountState
from service.flows.reads import staff
from service.infra import cursors
from service.kernel.ids import new_id
from tests.flows.shop import Shop
from tests.flows.staff_shop import PASSWORD, change, device, hire


async def test_an_account_is_told_without_its_secrets(shop: Shop) -> None:
    made = await hire(shop, stores=("waw-01",), password=PASSWORD)

    shown = await shop.reads.staff_account(made.id)

    assert (shown.id, shown.login, shown.role, shown.stores) == (
        *(made.id, "waw-117", "clerk", ("waw-01",)),
    )
    assert (shown.state, shown.secrets, shown.member_id) == ("active", ("password",), None)
    assert shown == await staff.account_of(shop.built.ctx, "waw-117")


async def test_an_account_that_is_not_there_is_not_found(shop: Shop) -> None:
    with pytest.raises(StaffAccountNotFound):
        await shop.reads.staff_account(new_id())
    with pytest.raises(StaffAccountNotFound):
        await staff.account_of(shop.built.ctx, "nobody")


async def test_pages_go_by_login_to_the_end(shop: Shop) -> None:
    for login in ("c", "a", "e", "b", "d"):
        await hire(shop, login)
    suspended = await staff.account_of(shop.built.ctx, "b")
    await change(shop, suspended.id, state=AccountState.SUSPENDED)

    async def pages(state: AccountState | None, limit: int) -> list[list[str]]:
        found, cursor = [], None
        while True:
            page = await shop.reads.staff_accounts(state, cursor, limit)
            found.append([one.login for one in page.items])
            cursor = page.next
            if cursor is None:
                return found

    assert await pages(None, 2) == [["a", "b"], ["c", "d"], ["e"]]
    assert await pages(None, 5) == [["a", "b", "c", "d", "e"]]
    assert await pages(AccountState.ACTIVE, 2) == [["a", "c"], ["d", "e"]]
    assert await pages(AccountState.SUSPENDED, 2) == [["b"]]


async def test_a_cursor_of_another_list_is_none(shop: Shop) -> None:
    for foreign in (("rewards", "a"), "a", 7):
        cursor = cursors.seal(shop.built.ctx.secret, foreign)
        with pytest.raises(cursors.CursorInvalid):
            await shop.reads.staff_accounts(None, cursor, 2)


async def test_a_token_that_is_not_there_is_none(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)
    token = (await till.sign_in()).token
    kid = token.split("_")[1]

    row = await staff.find_token(shop.db, kid)

    assert row is not None
    assert (row.kid, row.login, row.is_live()) == (kid, "waw-117", True)
    assert await staff.find_token(shop.db, "0000000000") is None
