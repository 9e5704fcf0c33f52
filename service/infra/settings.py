"""Settings of a process, from the environment (`REGULARS_…`). Nothing else reads it."""

import os
import secrets
from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec

_PREFIX: Final = "REGULARS_"

Count = Annotated[int, msgspec.Meta(ge=1, le=256)]


class SettingsError(Exception):
    """A setting is missing or makes no sense; the message says which, and what to set."""


class SettingsMissing(SettingsError):
    """A setting that has no default is not there."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a process is told from outside; the README explains each.

    `secret` keys the hashes of identifiers and the signatures of cursors: keep it for ever.
    """

    database_url: str
    secret: Annotated[str, msgspec.Meta(min_length=32)]
    owner_url: str | None = None
    jobs_url: str | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8000
    workers: Count = 1
    pool_size_max: Count = 8
    pool_wait_seconds: Annotated[float, msgspec.Meta(gt=0, le=60)] = 0.5
    docs: bool = True
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    production: bool = False

    def for_owner(self) -> str:
        """Where migrations connect."""
        return self.owner_url or self.database_url

    def for_jobs(self) -> str:
        """Where imports, verification and other long work connect."""
        return self.jobs_url or self.database_url


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """All settings; an empty variable counts as not set. Raises SettingsError in plain words."""
    given = _given(os.environ if environ is None else environ)
    for name in ("database_url", "secret"):
        if name not in given:
            hint = f" For example: {secrets.token_urlsafe(32)}" if name == "secret" else ""
            raise SettingsMissing(f"{_PREFIX}{name.upper()} is not set.{hint}")
    for name, text in given.items():
        try:
            msgspec.convert(text, _TYPES[name], strict=False)
        except msgspec.ValidationError as failure:
            raise SettingsError(f"{_PREFIX}{name.upper()}: {failure}") from None
    return msgspec.convert(given, Settings, strict=False)


def owner_url_from_environment(environ: Mapping[str, str] | None = None) -> str:
    """Where to migrate: needs none of the other settings. Raises SettingsMissing."""
    given = _given(os.environ if environ is None else environ)
    url = given.get("owner_url") or given.get("database_url")
    if url is None:
        raise SettingsMissing(f"{_PREFIX}OWNER_URL is not set (nor {_PREFIX}DATABASE_URL).")
    return url


def configured(environ: Mapping[str, str] | None = None) -> bool:
    """Whether the environment names a database."""
    return "database_url" in _given(os.environ if environ is None else environ)


_TYPES: Final = {field.name: field.type for field in msgspec.structs.fields(Settings)}


def _given(source: Mapping[str, str]) -> dict[str, str]:
    named = {name: source.get(_PREFIX + name.upper(), "") for name in _TYPES}
    return {name: text for name, text in named.items() if text}
