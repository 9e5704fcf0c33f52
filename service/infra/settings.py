"""Settings of a process, from the environment (`REGULARS_…`). Nothing else reads it."""

import ipaddress
import os
import secrets
from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec

from service.infra.addresses import Network
from service.infra.urls import UrlInsecure, refuse_insecure

_PREFIX: Final = "REGULARS_"

Count = Annotated[int, msgspec.Meta(ge=1, le=256)]
Rate = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]  # requests a minute; 0: no limit


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
    otlp_endpoint: str | None = None
    egress_private: str | None = None
    redis_url: str | None = None
    redis_keep_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 7
    nats_url: str | None = None
    trusted_proxies: str | None = None
    member_token_issuer: str | None = None
    member_token_audience: str | None = None
    member_token_jwks_url: str | None = None
    member_token_subject: str = "id"  # noqa: S105  # what the subject of a token is
    step_up_minutes: Annotated[int, msgspec.Meta(ge=1, le=60)] = 10
    step_up_acr: str | None = None
    step_up_units: Annotated[int, msgspec.Meta(ge=0)] = 1000
    staff_oidc_issuer: str | None = None
    staff_oidc_audience: str | None = None
    staff_oidc_login_claim: str = "sub"
    streams_max: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1000
    stream_seconds_max: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 1800.0
    rate_members: Rate = 60
    rate_spends: Rate = 10
    rate_admins: Rate = 120
    rate_addresses: Rate = 30
    requests_max: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1000
    client_requests_max: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 500

    def for_owner(self) -> str:
        """Where migrations connect."""
        return self.owner_url or self.database_url

    def for_jobs(self) -> str:
        """Where imports, verification and other long work connect."""
        return self.jobs_url or self.database_url

    def own_networks(self) -> tuple[Network, ...]:
        """Networks of the operator that events may be sent to."""
        return _networks(self.egress_private or "")

    def proxies(self) -> tuple[Network, ...]:
        """Networks of proxies whose word on who the caller is counts."""
        return _networks(self.trusted_proxies or "")

    def step_up_levels(self) -> tuple[str, ...]:
        """Values of `acr` by which a member is known surely enough."""
        return tuple(one.strip() for one in (self.step_up_acr or "").split(",") if one.strip())


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
    for name in _LISTS_OF_NETWORKS:
        try:
            _networks(given.get(name, ""))
        except ValueError as failure:
            raise SettingsError(f"{_PREFIX}{name.upper()}: {failure}") from None
    for name in _SECURE & given.keys():
        try:
            refuse_insecure(given[name])
        except UrlInsecure as failure:
            raise SettingsError(f"{_PREFIX}{name.upper()}: {failure}") from None
    _refuse_halves(given)
    if given.get("member_token_subject") in _CLAIMED:
        name = f"{_PREFIX}MEMBER_TOKEN_SUBJECT"
        raise SettingsError(f"{name}: members could claim another's; take `id` or `app`.")
    return msgspec.convert(given, Settings, strict=False)


def _refuse_halves(given: Mapping[str, str]) -> None:
    """SettingsError for some of what means something only together."""
    for names in _TOGETHER:
        missing = [name for name in names if name not in given]
        if missing and len(missing) < len(names):
            name = missing[0].upper()
            raise SettingsError(f"{_PREFIX}{name} is not set, which others need.")


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


_TOGETHER: Final = (
    ("member_token_issuer", "member_token_audience", "member_token_jwks_url"),
    ("staff_oidc_issuer", "staff_oidc_audience"),
)
_CLAIMED: Final = frozenset({"email", "phone"})  # identifiers that members may say are theirs
_SECURE: Final = frozenset({"member_token_jwks_url", "staff_oidc_issuer"})  # keys come from there
_LISTS_OF_NETWORKS: Final = ("egress_private", "trusted_proxies")


def _networks(text: str) -> tuple[Network, ...]:
    """Networks with commas in between: `10.0.0.0/8,fd00::/8`; ValueError."""
    return tuple(ipaddress.ip_network(one.strip()) for one in text.split(",") if one.strip())


_TYPES: Final = {field.name: field.type for field in msgspec.structs.fields(Settings)}


def _given(source: Mapping[str, str]) -> dict[str, str]:
    named = {name: source.get(_PREFIX + name.upper(), "") for name in _TYPES}
    return {name: text for name, text in named.items() if text}
