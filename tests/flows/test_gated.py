"""What the faces of verbs stand on."""

import pytest

from service.domain.programs.errors import VersionBehind
from service.flows.gated import Gated
from service.flows.verbs import Verbs
from tests.flows.shop import Shop


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


def test_it_offers_no_verb_of_its_own() -> None:
    assert [name for name in dir(Gated) if not name.startswith("_")] == []
    assert issubclass(Verbs, Gated)
