"""The run: everything started, load, faults, quiet, and then the checks."""

import asyncio
import os
import pathlib
import time
import uuid
from typing import Final

from service.verify.run import Options, verify
from tests.bench.progress import Steps
from tests.faults import checker, ledger, outward
from tests.faults.faults import Breaker
from tests.faults.history import History
from tests.faults.load import Load
from tests.faults.place import Place, card
from tests.faults.plan import SETTLE_SECONDS, Plan, Step, draw
from tests.faults.report import Happened, Report

RECOVER_SECONDS_MAX: Final = 30.0
IDLE_SECONDS_MAX: Final = 90.0  # nothing went out: longer than the lease of a dead sender
SENT_SECONDS_MAX: Final = 400.0
_START_SECONDS: Final = 20
_READ_MAX: Final = 2_000  # at once: the proxy lives in this loop, and must not stand still
_POLL_SECONDS: Final = 0.5
_PLACED: Final = "select count(*) from outbox where pub_seq is null"
_USES: Final = (
    "select count(*) from coupon_use"
    " where template = 'SCARCE' and not overrun and given_back_at is null"
)
_REFUSED: Final = """
select holder_id, version, attempts, last_status, last_answer from delivery where attempts > 0
union all
select endpoint_id, version, failures, last_status, last_answer from endpoint where failures > 0
"""
_CAP: Final = "select cap from budget where name = 'coupon:SCARCE'"


class NoRecovery(Exception):
    """Nobody was served for too long after a fault."""


class Run:
    """One run on a place of its own."""

    def __init__(self, place: Place, plan: Plan, history: History, steps: Steps) -> None:
        self._place = place
        self._plan = plan
        self._history = history
        self._step = steps
        self._load = Load(place, history, plan.callers, plan.seed)
        self._happened: list[Happened] = []
        self._wrong: list[str] = []
        self._came: set[tuple[uuid.UUID, int]] = set()  # of the members, of what was read so far
        self._read = 0

    async def all(self) -> Report:
        """Load and faults, then what is wrong."""
        self._step("load")
        await self._load.begin()
        working = asyncio.create_task(self._load.run())
        try:
            await asyncio.sleep(SETTLE_SECONDS)
            await self._break()
            await asyncio.sleep(SETTLE_SECONDS)
        except NoRecovery as failure:
            self._wrong.append(str(failure))
        finally:
            self._load.end()
            await working
        self._step("waiting for events to go out")
        await self._until_sent()
        self._step("checking")
        await self._place.stop()  # or what falls due meanwhile would be there in part
        found = await ledger.look(self._place)
        self._wrong += [
            *checker.check(self._history.ops, found),
            *outward.outbox(found.events),
            *outward.streams(found.events, found.streams),
            *outward.deliveries(
                found.events, found.came, self._place.members, whole=self._plan.whole
            ),
            *await self._undelivered(),
            *await self._capped(),
            *await self._verified(),
            *self._told(),
        ]
        return Report(
            plan=self._plan, ops=self._history.ops, happened=self._happened, wrong=self._wrong,
            attempts=self._load.attempts, cuts=self._place.proxy.cuts, found=found,
        )  # fmt: skip

    async def _break(self) -> None:
        breaker = Breaker(self._place, self._plan.seed)
        for number, step in enumerate(draw(self._plan), start=1):
            await asyncio.sleep(step.pause)
            self._step(f"fault {number} of {self._plan.faults}: {step.kind}")
            began = time.monotonic()
            await breaker.do(step)
            healed = time.monotonic()
            self._happened.append(Happened(step.kind, began, healed))
            await self._recovered(step, healed)

    async def _recovered(self, step: Step, healed: float) -> None:
        """Somebody is served again; NoRecovery."""
        while self._load.last_ok <= healed:
            if time.monotonic() - healed > RECOVER_SECONDS_MAX:
                raise NoRecovery(
                    f"no recovery: {step.kind}: {RECOVER_SECONDS_MAX} s later nobody is served"
                )
            await asyncio.sleep(_POLL_SECONDS / 10)

    async def _until_sent(self) -> None:
        """Until streams and receiver have everything; checks find who has not."""
        began = changed = time.monotonic()
        had = -1
        while (now := time.monotonic()) - began < SENT_SECONDS_MAX:
            is_placed = not (await self._place.rows(_PLACED))[0][0]
            if is_placed and await self._streamed() and await self._delivered():
                return
            went = len(self._place.receiver.came)
            had, changed = (went, now) if went != had else (had, changed)
            if now - changed > IDLE_SECONDS_MAX:
                return
            await asyncio.sleep(_POLL_SECONDS)

    async def _streamed(self) -> bool:
        rows = await self._place.rows("select coalesce(sum(last_seq), 0) from outbox_shard")
        return await asyncio.to_thread(self._place.streamed) >= int(rows[0][0])

    async def _delivered(self) -> bool:
        if not self._plan.whole:
            return True
        members = ", ".join(f"'{member}'" for member in self._place.members)
        rows = await self._place.rows(f"select count(*) from outbox where holder_id in ({members})")
        came = self._place.receiver.came
        for one in came[self._read : self._read + _READ_MAX]:
            if str(one.key[0]) in self._place.members:
                self._came.add(one.key)
        self._read = min(len(came), self._read + _READ_MAX)
        return len(self._came) >= int(rows[0][0])

    async def _undelivered(self) -> list[str]:
        """Why, if it was tried: the receiver takes everything."""
        return [f"delivered: {dict(row)}" for row in await self._place.rows(_REFUSED)]

    async def _capped(self) -> list[str]:
        """I7."""
        (uses,), (cap,) = (await self._place.rows(_USES))[0], (await self._place.rows(_CAP))[0]
        return [f"cap: {uses} uses of {cap}"] if uses > cap else []

    async def _verified(self) -> list[str]:
        """What `regulars verify` says, of everything."""
        url = self._place.server.url("regulars_jobs", "regulars")
        report = await verify(url, Options(every=True, processes=os.cpu_count() or 1))
        return [f"verify: {one.check}: {one.place}: {one.text}" for one in report.tally.named]

    def _told(self) -> list[str]:
        """I9: no log and no event has an identifier or a key."""
        secrets = [*self._place.keys.values(), card(0)[:-4], self._place.secret]
        logs = "".join(one.log.read_text(errors="replace") for one in self._place.services)
        came = b"".join(came.body for came in self._place.receiver.came).decode()
        found = []
        for secret in secrets:
            found += ["told: a log has what is secret"] if secret in logs else []
            found += ["told: an event has what is secret"] if secret in came else []
        return found


async def run(plan: Plan, path: pathlib.Path) -> Report:
    """All of it; the history goes to the file."""
    with Steps(_START_SECONDS + plan.seconds * 2) as steps:
        steps("starting PostgreSQL, Redis and two services")
        async with Place.open() as place:
            history = History(path)
            try:
                return await Run(place, plan, history, steps).all()
            finally:
                history.close()
