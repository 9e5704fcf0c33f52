"""Rows of clients and keys."""

import datetime as dt
import uuid

import msgspec


class KeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A key with its client. `read_at`: PostgreSQL's clock when it was read.

    `rate_per_minute`: the quota of requests that was set on the key, if any. `networks`: those its
    requests have to come from, none: any.
    """

    kid: str
    client_id: uuid.UUID
    name: str
    secret_sha256: bytes
    scopes: frozenset[str]
    store: str | None
    expires_at: dt.datetime
    revoked_at: dt.datetime | None
    last_used_at: dt.datetime | None
    read_at: dt.datetime
    rate_per_minute: int | None = None
    networks: tuple[str, ...] = ()

    def is_live(self) -> bool:
        """True while neither revoked nor expired, at the moment it was read."""
        return self.revoked_at is None and self.read_at < self.expires_at


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key to be written."""

    kid: str
    client_id: uuid.UUID
    secret_sha256: bytes
    scopes: tuple[str, ...]
    store: str | None
    created_at: dt.datetime
    expires_at: dt.datetime
    rate_per_minute: int | None = None
    networks: tuple[str, ...] = ()
