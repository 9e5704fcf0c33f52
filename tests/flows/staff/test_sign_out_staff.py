"""A token that is signed out is good no more, and says since when."""

import pytest

from service.domain.staff.errors import StaffTokenNotAccepted, StaffTokenNotFound
from tests.flows.shop import Shop
from tests.flows.staff_shop import device, hire


async def test_who_is_signed_out_is_not_accepted_and_the_others_are(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)
    here, there = await till.sign_in(), await till.sign_in(device="till-4")

    ended = await till.sign_out(here.token)

    assert ended < here.expires_at
    with pytest.raises(StaffTokenNotAccepted):
        await till.asks(here.token)
    assert (await till.asks(there.token)).device == "till-4"


async def test_signing_out_again_tells_when_it_was(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)
    token = (await till.sign_in()).token

    assert await till.sign_out(token) == await till.sign_out(token)


async def test_another_client_signs_nobody_out(shop: Shop) -> None:
    till, other = await device(shop), await device(shop, name="another till")
    await hire(shop)
    token = (await till.sign_in()).token

    with pytest.raises(StaffTokenNotFound):
        await other.sign_out(token)

    assert (await till.asks(token)).id == "waw-117"


async def test_what_is_no_token_or_has_another_secret_is_none_of_ours(shop: Shop) -> None:
    till = await device(shop)
    await hire(shop)
    token = (await till.sign_in()).token
    async with shop.db.transaction() as tx:
        await tx.connection.execute("update staff_token set secret_sha256 = sha256('another')")

    for text in ("x", "rgs_" + "A" * 60, token[:-1] + "!", token):
        with pytest.raises(StaffTokenNotFound):
            await till.sign_out(text)
