"""The program versions a process has loaded, compiled.

`refresh` polls for new ones; a version takes effect seconds after it is published, and every batch
reads the newest number with its lock, so no two workers decide one instant by two versions.
"""

import asyncio
import bisect
import datetime as dt
import time
import zoneinfo
from typing import Final

from service.domain.programs import store
from service.domain.programs.errors import NoProgram
from service.domain.programs.types import StoredVersion
from service.infra.db import Database
from service.rules.check import parse_canonical
from service.rules.compile import Program, compile_program
from service.rules.document import Ladder, Wallet
from service.rules.gift_cards import GIFT_CARD, GIFT_CARD_WALLET

REFRESH_SECONDS: Final = 1.0
STALE_SECONDS_MAX: Final = 4.0  # less than the time between publish and effect
PUBLISH_LEAD: Final = dt.timedelta(seconds=5)


class Programs:
    """All versions, and what is looked up from them on every purchase."""

    def __init__(self) -> None:
        self.rows: list[StoredVersion] = []
        self.compiled: list[Program] = []
        self.wallets: dict[int, Wallet] = {}  # by number, newest definition
        self.ladders: dict[int, Ladder] = {}  # by number, newest definition
        self.ladder_versions: dict[int, tuple[tuple[dt.datetime, Ladder], ...]] = {}
        self.triggers: frozenset[str] = frozenset()  # what some version has rules for, by key
        self.has_belonging = False  # some version has segments, or clubs with a rule
        self._fresh_at = 0.0
        self._refreshing = asyncio.Lock()
        self._from: list[dt.datetime] = []

    @property
    def newest(self) -> int:
        """Number of the newest loaded version, 0 when there is none."""
        return self.rows[-1].version if self.rows else 0

    def at(self, instant: dt.datetime) -> Program:
        """The version in force; the first one also decides what came before it."""
        if not self.compiled:
            raise NoProgram
        return self.compiled[max(0, bisect.bisect_right(self._from, instant) - 1)]

    def version(self, number: int) -> Program:
        """A version by number; raises LookupError for one that is not loaded."""
        if not 1 <= number <= len(self.compiled):
            raise LookupError(number)
        return self.compiled[number - 1]

    def wallet(self, number: int, instant: dt.datetime) -> Wallet:
        """The definition in force; the newest one of a wallet that the version then had not."""
        return self.at(instant).wallets_by_number.get(number) or self.wallets[number]

    def wallet_id(self, number: int) -> str:
        """The name of a wallet's number, that of gift cards included."""
        return GIFT_CARD if number == GIFT_CARD_WALLET else self.wallets[number].id

    def wallet_number(self, wallet_id: str) -> int | None:
        """The number of a wallet's name, None when no version declares it."""
        return next((n for n, wallet in self.wallets.items() if wallet.id == wallet_id), None)

    @property
    def tz(self) -> zoneinfo.ZoneInfo:
        """The zone of the newest version."""
        if not self.compiled:
            raise NoProgram
        return self.compiled[-1].tz

    def is_fresh(self) -> bool:
        """The process has looked for new versions recently enough to decide."""
        return time.monotonic() - self._fresh_at <= STALE_SECONDS_MAX

    def badge_id(self, number: int) -> str:
        """The name of a badge's number in the newest version that has it; LookupError."""
        for program in reversed(self.compiled):
            if number in program.badges_by_number:
                return program.badges_by_number[number].id
        raise LookupError(number)

    async def refresh(self, db: Database) -> None:
        """Load what was published since; safe to call at any time."""
        asked_at = time.monotonic()
        async with self._refreshing:
            if self._fresh_at >= asked_at:  # somebody looked after we came
                return
            looked_at = time.monotonic()
            async with db.reading() as tx:
                for row in await store.versions(tx, self.newest):
                    self._add(row)
            self._fresh_at = looked_at

    def _add(self, row: StoredVersion) -> None:
        if row.version <= self.newest:
            return
        document = parse_canonical(row.canonical)
        program = compile_program(document, row.version, row.effective_from)
        self.rows.append(row)
        self.compiled.append(program)
        self._from.append(row.effective_from)
        self.triggers |= program.triggers.keys()
        self.has_belonging = self.has_belonging or program.has_belonging
        for wallet in document.wallets:
            self.wallets[wallet.number] = wallet
        for ladder in document.ladders:
            self.ladders[ladder.number] = ladder
            before = self.ladder_versions.get(ladder.number, ())
            self.ladder_versions[ladder.number] = (*before, (row.effective_from, ladder))
