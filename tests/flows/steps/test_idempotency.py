import uuid

import pytest

from service.domain.idempotency.errors import IdempotencyKeyReused
from service.domain.members.types import Enrol, Profile
from service.domain.wallets.types import Adjust
from service.flows.steps.idempotency import fingerprint, keep, stored
from tests.flows.shop import TILL, Shop, card, day

ADJUST = Adjust(wallet="points", amount=5, reason="by hand")
MEMBER = str(uuid.UUID(int=1))


def test_another_verb_member_or_content_is_another_fingerprint() -> None:
    first = fingerprint("adjust_wallet", MEMBER, ADJUST)
    others = [
        fingerprint("change_member", MEMBER, ADJUST),
        fingerprint("adjust_wallet", str(uuid.UUID(int=2)), ADJUST),
        fingerprint("adjust_wallet", MEMBER, Adjust(wallet="points", amount=6, reason="by hand")),
        fingerprint("adjust_wallet", MEMBER, Adjust(wallet="stars", amount=5, reason="by hand")),
        fingerprint("adjust_wallet", MEMBER, Adjust(wallet="points", amount=5, reason="by foot")),
        fingerprint("adjust_wallet", MEMBER),
    ]

    assert len(first) == 32
    assert len({first, *others}) == 7
    assert fingerprint("adjust_wallet", MEMBER, ADJUST) == first


def test_the_order_of_fields_does_not_count() -> None:
    one = Enrol(identifiers=(card("1"),), fields={"city": "x", "newsletter": True})
    other = Enrol(identifiers=(card("1"),), fields={"newsletter": True, "city": "x"})

    assert fingerprint("enrol_member", one) == fingerprint("enrol_member", other)


async def test_an_answer_is_found_again_by_key_and_content(shop: Shop) -> None:
    answer = Profile(name="Ola")
    fp, other = fingerprint("a", 1), fingerprint("a", 2)
    async with shop.db.transaction() as tx:
        assert await stored(tx, TILL, "key-00001", fp, Profile) is None
        tx.now = day(0)
        await keep(tx, TILL, "key-00001", fp, uuid.UUID(int=1), answer)

        assert await stored(tx, TILL, "key-00001", fp, Profile) == answer
        assert await stored(tx, TILL, "key-00002", fp, Profile) is None
        with pytest.raises(IdempotencyKeyReused):
            await stored(tx, TILL, "key-00001", other, Profile)


async def test_without_a_key_nothing_is_looked_up_or_kept(shop: Shop) -> None:
    async with shop.db.transaction() as tx:
        await keep(tx, TILL, None, fingerprint("a"), uuid.UUID(int=1), Profile())

        assert await stored(tx, TILL, None, fingerprint("a"), Profile) is None
    assert await shop.count("idem") == 0
