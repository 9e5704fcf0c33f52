"""Callers at work: each asks for one thing after another, and again under the same key."""

import asyncio
import time
from typing import Any, Final

import httpx

from tests.faults.history import Balance, History, Op, Outcome, Sort
from tests.faults.orders import Caller, Order
from tests.faults.place import Place

TIMEOUT_SECONDS: Final = 8.0
AGAIN_SECONDS: Final = (0.05, 0.4)  # until the next attempt
THINK_SECONDS: Final = (0.02, 0.14)
FORGETFUL: Final = 0.12  # of the callers that got no answer, as many never ask again
GIVE_UP_SECONDS: Final = 60.0
BEGIN_WITH: Final = 150
_DONE: Final = (200, 201)
_AGAIN: Final = (0, 429, 503)  # 0: no answer


class Load:
    """`ops` go into the history; `last_ok`: when somebody was told last that something was done."""

    def __init__(self, place: Place, history: History, callers: int, seed: int) -> None:
        self.last_ok = 0.0
        self.attempts = 0
        self._place = place
        self._history = history
        self._is_over = False
        self._callers = [
            Caller(f"c{seed}-{n:02d}", place.members, f"{seed}-{n}") for n in range(callers)
        ]

    async def run(self) -> None:
        """Until `end`; then every caller finishes what it has begun."""
        async with asyncio.TaskGroup() as group:
            for caller in self._callers:
                group.create_task(self._work(caller))

    def end(self) -> None:
        """Begin nothing new."""
        self._is_over = True

    async def begin(self) -> None:
        """Every member has units before anything is broken."""
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            for member in self._place.members:
                await self._do(client, self._callers[0], self._callers[0].start(member, BEGIN_WITH))

    async def _work(self, caller: Caller) -> None:
        limits = httpx.Limits(max_connections=len(self._place.services))
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, limits=limits) as client:
            while not self._is_over:
                await self._do(client, caller, caller.next())
                await asyncio.sleep(caller.draw.uniform(*THINK_SECONDS))

    async def _do(self, client: httpx.AsyncClient, caller: Caller, order: Order) -> None:
        op = Op(sort=order.sort, member=order.member, key=order.key, sent=time.monotonic())
        remembers = caller.draw.random() >= FORGETFUL
        while True:
            answer = await self._attempt(client, caller, order)
            op.statuses.append(0 if answer is None else answer.status_code)
            op.ended.append(time.monotonic())
            if op.statuses[-1] not in _AGAIN and answer is not None:
                op.answered = op.ended[-1]
                learn(op, answer)
                break
            if not remembers or time.monotonic() - op.sent > GIVE_UP_SECONDS:
                break
            await asyncio.sleep(caller.draw.uniform(*AGAIN_SECONDS))
        self._history.add(op)
        if op.outcome is Outcome.OK:
            self.last_ok = time.monotonic()
            caller.heard(order, op)

    async def _attempt(
        self, client: httpx.AsyncClient, caller: Caller, order: Order
    ) -> httpx.Response | None:
        self.attempts += 1
        url = caller.draw.choice(self._place.services).url
        headers = {"authorization": f"Bearer {self._place.keys[order.role]}"}
        if order.is_keyed:
            headers["idempotency-key"] = order.key
        try:
            return await client.request(
                order.method, url + order.path, json=order.body, headers=headers
            )
        except httpx.TransportError:
            return None


def learn(op: Op, answer: httpx.Response) -> None:
    """What an answer says; a status that nobody may get stays `unknown`, and is in `statuses`."""
    try:
        body: dict[str, Any] = answer.json()
    except ValueError:
        body = {}
    if answer.status_code in _DONE:
        op.outcome, op.id = Outcome.OK, body.get("id", "")
        op.wallets = {name: _balance(one) for name, one in body.get("wallets", {}).items()}
        if op.sort is Sort.READ:
            version, due, *_ = answer.headers["etag"].strip('"').split(".")
            op.version = int(version)
            op.wallets = op.wallets if due == "0" else {}  # what is due has no version yet
        elif op.sort is Sort.RELEASE and body["state"] != "released":
            op.outcome, op.code = Outcome.REFUSED, body["state"]
    elif answer.is_client_error:
        op.outcome, op.code = Outcome.REFUSED, body.get("code", "")


def _balance(shown: dict[str, Any]) -> Balance:
    found = shown.get("balance", shown)
    return Balance(*(found[name] for name in Balance.__struct_fields__))
