"""What the faces of verbs stand on."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from service.domain.idempotency.errors import IdempotencyKeyReused
from service.domain.members.errors import MergedAway
from service.domain.programs.errors import VersionBehind
from service.flows.gated import Gated
from service.flows.steps.gone import FOLLOWED_MAX
from service.flows.verbs import Verbs
from service.kernel.ids import new_id
from tests.flows.merging import merge, unmerge
from tests.flows.shop import Shop


class Asked(msgspec.Struct, frozen=True):
    """A command about a member."""

    member_id: uuid.UUID


class Verb:
    """A verb that knows of merges, and of whom a key was used; `names`: whom it was asked of."""

    def __init__(
        self, into: dict[uuid.UUID, uuid.UUID] | None = None, key_of: uuid.UUID | None = None
    ) -> None:
        self.into = into or {}
        self.key_of = key_of
        self.names: list[uuid.UUID] = []

    async def __call__(self, commands: Sequence[Asked], wait: bool) -> list[Any]:
        """As the gate asks."""
        return [self._one(command.member_id) for command in commands]

    def _one(self, name: uuid.UUID) -> Any:
        self.names.append(name)
        if self.key_of not in {None, name}:
            return IdempotencyKeyReused()
        if name in self.into:
            return MergedAway(member_id=name, into=self.into[name])
        return f"done to {name}"


async def test_who_may_have_missed_a_version_looks_before_it_decides(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs, looked = shop.built.programs, []
    gated = Gated(shop.built.ctx, shop.built.gate)
    await gated._decides()

    async def refresh(db: object) -> None:
        looked.append(db)

    monkeypatch.setattr(programs, "is_fresh", lambda: False)
    monkeypatch.setattr(programs, "refresh", refresh)
    with pytest.raises(VersionBehind):
        await gated._decides()
    assert looked == [shop.db]


async def test_what_is_asked_of_an_old_id_is_asked_of_who_that_is(shop: Shop) -> None:
    old, now = new_id(), new_id()
    gated, verb = Gated(shop.built.ctx, shop.built.gate), Verb({old: now})

    assert await gated._submit(verb, ("member", "1"), Asked(old)) == f"done to {now}"
    assert verb.names == [old, now]


async def test_it_gives_up_on_who_is_never_found(shop: Shop) -> None:
    """One who is another one in a circle is a fault of ours, and no reason to ask for ever."""
    one, other = new_id(), new_id()
    gated, verb = Gated(shop.built.ctx, shop.built.gate), Verb({one: other, other: one})

    with pytest.raises(MergedAway):
        await gated._submit(verb, ("member", "1"), Asked(one))
    assert len(verb.names) == FOLLOWED_MAX + 1


async def test_a_key_is_looked_for_under_every_name_the_member_had(shop: Shop) -> None:
    """Merged or not any more: who asks again is told what was done, under whichever name."""
    ola, jan, eve = [(await shop.enrol(n)).id for n in ("1", "2", "3")]
    gated = Gated(shop.built.ctx, shop.built.gate)
    await merge(shop, ola, jan)

    for asked, used in ((jan, ola), (ola, jan)):
        verb = Verb(key_of=used)
        assert await gated._submit(verb, ("member", "1"), Asked(asked)) == f"done to {used}"
        assert verb.names == [asked, used]
    await unmerge(shop, jan)
    assert await gated._submit(Verb(key_of=ola), ("member", "1"), Asked(jan)) == f"done to {ola}"
    for asked in (ola, eve):
        with pytest.raises(IdempotencyKeyReused):
            await gated._submit(Verb(key_of=new_id()), ("member", "1"), Asked(asked))


def test_it_offers_no_verb_of_its_own() -> None:
    assert [name for name in dir(Gated) if not name.startswith("_")] == []
    assert issubclass(Verbs, Gated)
