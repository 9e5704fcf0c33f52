"""Settings in words."""

from service.doctor import process
from service.doctor.types import Finding, Level
from service.infra.settings import Settings


def found(**more: object) -> dict[str, Finding]:
    given = {"secret": "abcdefghijklmnopqrstuvwxyz0123456789", **more}
    settings = Settings(database_url="postgresql:///x", **given)  # type: ignore[arg-type]
    return {one.check: one for one in process.judge(settings)}


def test_a_service_at_home_is_well() -> None:
    assert {one.level for one in found().values()} == {Level.OK}


def test_a_secret_of_few_characters_can_be_guessed() -> None:
    poor = "ab" * 16
    assert found(secret=poor)["secret"].level is Level.WARNING
    assert found(secret=poor, production=True)["secret"].level is Level.WRONG
    assert "only 2 different characters" in found(secret=poor)["secret"].text
    assert poor not in str(found(secret=poor))


def test_documentation_in_production_is_a_warning() -> None:
    assert found(production=True)["docs"].level is Level.WARNING
    assert found(production=True, docs=False)["docs"].level is Level.OK


def test_who_listens_to_the_world_is_in_production() -> None:
    assert found(host="10.0.0.1")["production"].level is Level.WARNING
    assert found(host="10.0.0.1", production=True)["production"].level is Level.OK
