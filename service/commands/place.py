"""Where a command works: a data folder with its own PostgreSQL, or the configured database."""

import asyncio
import contextlib
import os
import pathlib
import secrets
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

import asyncpg
import click

from service.infra import settings as settings_
from service.infra.db import DatabaseUnavailable
from service.infra.embedded import Embedded
from service.infra.embedded_host import EmbeddedError
from service.infra.migrate import MigrationError, migrate
from service.infra.settings import Settings, SettingsError
from service.kernel.errors import ExpectedError

DEFAULT: Final = pathlib.Path(".regulars")
_OTHER_TABLES: Final = (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError)

Function = TypeVar("Function", bound=Callable[..., object])


def data_option(function: Function) -> Function:
    """`--data DIR`, for `opened`."""
    option: Callable[[Function], Function] = click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=pathlib.Path),
        help="Data folder of `regulars up`; without it the database of REGULARS_DATABASE_URL, and"
        f" {DEFAULT} where that is not set.",
    )
    return option(function)


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """What an operator can put right ends the command with a sentence, not with a traceback."""
    try:
        yield
    except DatabaseUnavailable as failure:
        why = failure.__cause__ or failure
        raise click.ClickException(f"cannot connect to the database: {why}") from failure
    except (EmbeddedError, MigrationError, SettingsError, ExpectedError) as failure:
        raise click.ClickException(str(failure)) from failure
    except _OTHER_TABLES as failure:
        raise click.ClickException(
            f"the database is not migrated to this version ({failure}): run `regulars migrate`."
        ) from failure


@contextlib.contextmanager
def opened(data: pathlib.Path | None) -> Iterator[Settings]:
    """The settings of the place, its database running and migrated when it is a data folder."""
    with plain_errors():
        if data is None and settings_.configured():
            yield settings_.from_environment()
            return
        if data is None and not DEFAULT.is_dir():
            raise click.ClickException(
                "which database? Give --data DIR, or set REGULARS_DATABASE_URL."
            )
        with folder(data or DEFAULT) as settings:
            yield settings


@contextlib.contextmanager
def folder(
    data: pathlib.Path, *, host: str = "127.0.0.1", port: int = 8000, workers: int = 1
) -> Iterator[Settings]:
    """PostgreSQL in the folder, started or attached to, migrated; stopped at the end if started."""
    with _sigterm_as_ctrl_c(), Embedded.start(data) as server:
        asyncio.run(migrate(server.url("regulars_owner")))
        yield Settings(
            database_url=server.url("regulars"),
            owner_url=server.url("regulars_owner"),
            jobs_url=server.url("regulars_jobs"),
            secret=_secret(data / "secret"),
            host=host,
            port=port,
            workers=workers,
        )


@contextlib.contextmanager
def _sigterm_as_ctrl_c() -> Iterator[None]:
    """So that PostgreSQL is stopped too; the handlers of a server that runs inside come first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def write_private(path: pathlib.Path, text: str) -> None:
    """A file only we can read, whole or not at all; an existing one is replaced."""
    half = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)


def _secret(path: pathlib.Path) -> str:
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="utf-8").strip()
