"""A key ring over rows in memory, and its clock."""

import asyncio
import datetime as dt
import uuid

import msgspec

from service.api.authentication import Keyring
from service.domain.access import codes
from service.domain.access.types import KeyRow
from service.domain.staff.types import State, TokenRow
from service.infra.db import DatabaseUnavailable
from tests.api.recorder import CLIENT_ID, NOW, row_of

OWN = uuid.UUID(int=9)


class Time:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Keys:
    """A key ring over rows in memory that counts what it is asked."""

    def __init__(self) -> None:
        self.rows: dict[str, KeyRow] = {}
        self.asked: list[str] = []
        self.noted: list[str] = []
        self.down = False
        self.time = Time()
        self.tokens: dict[str, TokenRow] = {}
        self.ring = Keyring(self.find, self.note, self.find_token, self.time)

    async def find(self, kid: str) -> KeyRow | None:
        self.asked.append(kid)
        await asyncio.sleep(0)
        if self.down:
            raise DatabaseUnavailable
        return self.rows.get(kid)

    async def note(self, key: KeyRow) -> None:
        self.noted.append(key.kid)

    async def find_token(self, kid: str) -> TokenRow | None:
        self.asked.append(kid)
        return self.tokens.get(kid)

    def sign_in(self, **changes: object) -> bytes:
        """A Regulars-Staff header with a new token of the device whose key `issue` makes."""
        token, code = codes.issue_token()
        row = TokenRow(
            kid=code.kid,
            login="waw-117",
            role="clerk",
            state=State.ACTIVE,
            must_change_secret=False,
            member_id=OWN,
            client_id=CLIENT_ID,
            secret_sha256=code.secret_sha256,
            store="waw-01",
            device="till-3",
            expires_at=NOW + dt.timedelta(hours=8),
            ended_at=None,
            read_at=NOW,
        )
        self.tokens[code.kid] = msgspec.structs.replace(row, **changes)
        return token.encode()

    def issue(self, **changes: object) -> bytes:
        """A header with a new key."""
        key, code = codes.issue(codes.Mode.TEST)
        self.rows[code.kid] = msgspec.structs.replace(row_of(code, ["members:read"]), **changes)
        return header(key)


def header(key: str) -> bytes:
    """The Authorization header of a key."""
    return f"Bearer {key}".encode()
