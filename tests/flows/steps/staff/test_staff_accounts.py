"""Staff accounts as flows check, compare and show them."""

import datetime as dt
import uuid

import msgspec
import pytest

from service.domain.members.errors import MemberNotFound
from service.domain.staff.errors import SecretTooSimple
from service.domain.staff.types import Account, State
from service.flows.steps.staff import staff_accounts
from service.kernel import slow_hash
from tests.flows.merging import merge
from tests.flows.shop import Shop
from tests.flows.staff_shop import PASSWORD, PIN

NOW = dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)
MINE = Account(
    account_id=uuid.UUID(int=7),
    login="waw-117",
    role="clerk",
    stores=("waw-01",),
    member_id=None,
    pin_hash="a hash",
    password_hash=None,
    state=State.ACTIVE,
    must_change_secret=False,
    created_at=NOW,
    changed_at=NOW,
)


@pytest.mark.parametrize(
    ("pin", "password", "pointer"),
    [("111111", PASSWORD, "/new_pin"), (PIN, "waw-117 waw-117", "/new_password")],
)
def test_a_simple_secret_is_named_as_the_request_names_it(
    pin: str, password: str, pointer: str
) -> None:
    with pytest.raises(SecretTooSimple) as refused:
        staff_accounts.check("waw-117", pin, password, new="new_")

    assert refused.value.pointer == pointer
    staff_accounts.check("waw-117", PIN, PASSWORD)
    staff_accounts.check("waw-117", None, None)


async def test_only_secrets_that_are_given_are_hashed(shop: Shop) -> None:
    hashes = await staff_accounts.hashes(shop.built.ctx, MINE.account_id, PIN, None)

    assert hashes.password is None
    assert hashes.pin is not None
    assert not slow_hash.matches(hashes.pin, PIN.encode())  # it was keyed before


def test_what_is_another_is_told_with_what_it_was_and_no_secret_is() -> None:
    changed = msgspec.structs.replace(
        MINE,
        role="agent",
        state=State.SUSPENDED,
        pin_hash=None,
        password_hash="another",  # a hash
    )

    assert staff_accounts.changes(MINE, MINE) == {}
    assert staff_accounts.changes(MINE, changed) == {
        "role": ("clerk", "agent"),
        "state": ("active", "suspended"),
    }
    assert staff_accounts.secrets_changed(MINE, changed) == {"secrets": (("pin",), ("password",))}


def test_an_account_is_shown_without_hashes() -> None:
    shown = staff_accounts.issued(MINE, "64028317")

    assert shown.pin == "64028317"
    assert "a hash" not in msgspec.json.encode(shown).decode()
    assert staff_accounts.view(MINE).secrets == ("pin",)


async def test_who_a_member_was_merged_into_is_the_member(shop: Shop) -> None:
    old, new = (await shop.enrol("1")).id, (await shop.enrol("2")).id
    await merge(shop, new, old)
    async with shop.db.reading() as tx:
        assert await staff_accounts.member(tx, old) == new
        assert await staff_accounts.member(tx, new) == new
        with pytest.raises(MemberNotFound):
            await staff_accounts.member(tx, uuid.UUID(int=1))
