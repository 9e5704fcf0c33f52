"""Where a command works, and how it ends when that place is not as it must be."""

import asyncio
import pathlib
import signal
import stat
import threading
from collections.abc import Callable, Iterator

import asyncpg
import click
import pytest

from service.commands.place import folder, opened, plain_errors, write_private
from service.domain.access.errors import KeyNotFound
from service.infra.db import Database
from service.infra.embedded_host import EmbeddedError
from service.infra.migrate import MigrationError
from service.infra.settings import Settings, SettingsError
from service.verify.look import load_programs
from tests.databases import Server
from tests.flows.shop import SECRET

URL = "postgresql://somewhere/regulars"


async def who(url: str) -> str:
    """As whom one is connected."""
    connection = await asyncpg.connect(url)
    try:
        name: str = await connection.fetchval("select current_user")
        return name
    finally:
        await connection.close()


async def everybody(settings: Settings) -> list[str]:
    """The roles of the service, of migrations and of jobs."""
    return [
        await who(url) for url in (settings.database_url, settings.for_owner(), settings.for_jobs())
    ]


def test_a_folder_has_a_database_for_each_role_and_keeps_its_secret(
    data_folder: pathlib.Path,
) -> None:
    """The second time beside the main thread, where no handler of a signal may be set."""
    found: list[Settings] = []

    def work() -> None:
        with folder(data_folder, host="::1", port=8123, workers=3) as settings:
            assert asyncio.run(everybody(settings)) == [
                *("regulars", "regulars_owner", "regulars_jobs")
            ]
            found.append(settings)

    work()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    first, second = found
    assert first == second
    assert (first.host, first.port, first.workers) == ("::1", 8123, 3)
    assert first.secret == (data_folder / "secret").read_text()
    assert stat.S_IMODE((data_folder / "secret").stat().st_mode) == 0o600
    assert not (data_folder / "postgres" / "postmaster.pid").exists()


def test_the_environment_names_the_place_where_no_folder_is_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    (tmp_path / ".regulars").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REGULARS_DATABASE_URL", URL)
    monkeypatch.setenv("REGULARS_SECRET", SECRET)

    with opened(None) as settings:
        assert settings == Settings(database_url=URL, secret=SECRET)


def test_a_setting_that_is_missing_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_DATABASE_URL", URL)
    monkeypatch.delenv("REGULARS_SECRET", raising=False)

    with pytest.raises(click.ClickException, match="REGULARS_SECRET is not set"), opened(None):
        pytest.fail("it was opened")


def test_no_place_at_all_is_asked_for_and_none_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REGULARS_DATABASE_URL", raising=False)

    with pytest.raises(click.ClickException, match="Give --data DIR"), opened(None):
        pytest.fail("it was opened")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (EmbeddedError("no room"), "no room"),
        (MigrationError("newer"), "newer"),
        (SettingsError("REGULARS_PORT: x"), "REGULARS_PORT: x"),
        (KeyNotFound(), "key-not-found: There is no such live key."),
    ],
)
def test_what_an_operator_can_put_right_is_a_sentence(failure: Exception, sentence: str) -> None:
    with pytest.raises(click.ClickException) as raised, plain_errors():
        raise failure

    assert raised.value.message == sentence


def test_a_bug_stays_a_bug() -> None:
    with pytest.raises(LookupError), plain_errors():
        raise LookupError


def test_a_private_file_is_its_owners_and_replaced_as_a_whole(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text("a longer text of an earlier time")
    path.chmod(0o644)

    write_private(path, "żółć")

    assert path.read_text(encoding="utf-8") == "żółć"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["keys.json"]


def test_a_private_file_that_cannot_be_written_leaves_the_old_one(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "keys.json"
    write_private(path, "old")

    with pytest.raises(UnicodeEncodeError):
        write_private(path, "half of a pair: \ud83d")

    assert path.read_text() == "old"


@pytest.fixture
def handler() -> Iterator[Callable[..., None]]:
    """What SIGTERM calls during a test, so that a signal nobody takes ends the test alone."""

    def untaken(*_: object) -> None:
        raise AssertionError

    before = signal.signal(signal.SIGTERM, untaken)
    yield untaken
    signal.signal(signal.SIGTERM, before)


def test_a_signal_to_end_stops_the_database_too(
    data_folder: pathlib.Path, handler: Callable[..., None]
) -> None:
    def interrupted() -> None:
        with folder(data_folder):
            assert (data_folder / "postgres" / "postmaster.pid").exists()
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert not (data_folder / "postgres" / "postmaster.pid").exists()
    assert signal.getsignal(signal.SIGTERM) is handler


def test_a_database_that_lets_nobody_in_is_named_with_the_reason(server: Server) -> None:
    with (
        pytest.raises(click.ClickException, match='database "nowhere" does not exist'),
        plain_errors(),
    ):
        asyncio.run(Database.open(server.embedded.url("regulars", "nowhere")))


def test_a_database_of_another_version_says_what_to_do(server: Server) -> None:
    empty = server.create("template0")
    try:
        with pytest.raises(click.ClickException, match="run `regulars migrate`"), plain_errors():
            asyncio.run(load_programs(empty.url))
    finally:
        server.drop(empty)
