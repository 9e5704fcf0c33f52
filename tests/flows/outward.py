"""A shop whose events go out to a receiver, by the verbs of service/flows/endpoints/verbs.py."""

import datetime as dt
import uuid
from typing import Any

from service.domain.endpoints.types import (
    AskReplay,
    CreateEndpoint,
    DeadLetter,
    EndpointView,
    PatchEndpoint,
    Replay,
    RetryDeadLetters,
)
from service.domain.events import sequence
from service.jobs.courier import Courier
from tests.flows.shop import TILL, Shop, another
from tests.receiver import Receiver


class Outward:
    """`receiver` is where the endpoint `crm` is sent to."""

    def __init__(self, shop: Shop, receiver: Receiver) -> None:
        self.shop = shop
        self.receiver = receiver
        self.courier = Courier(shop.built.ctx)

    async def endpoint(self, **fields: Any) -> EndpointView:
        """An endpoint that is active."""
        made = await self.made(**fields)
        return (await self.shop.verbs.verify_endpoint(TILL, made.id)).body

    async def made(self, **fields: Any) -> EndpointView:
        """An endpoint that has not been verified; `crm` of the receiver if nothing is said."""
        given = {"name": "crm", "url": self.receiver.url, **fields}
        return (await self.shop.verbs.create_endpoint(TILL, CreateEndpoint(**given))).body.endpoint

    async def member(self, card: str) -> uuid.UUID:
        """A new member: one event, the first."""
        return (await self.shop.enrol(card)).id

    async def happen(self, member: uuid.UUID, times: int = 1) -> None:
        """So many events of a member."""
        for _ in range(times):
            await self.shop.adjust(member, 1)

    async def send(self, *, another_process: bool = False) -> int:
        """Place what happened and send what is due; answers to how many endpoints."""
        await self.place()
        courier = Courier(another(self.shop.db).ctx) if another_process else self.courier
        return await courier.round()

    async def place(self) -> None:
        """Give what happened its place in the stream."""
        async with self.shop.db.transaction() as tx:
            await sequence.assign(tx)

    async def clock(self) -> dt.datetime:
        """What the clock shows."""
        async with self.shop.db.reading() as tx:
            now: dt.datetime = await tx.connection.fetchval("select clock_timestamp()")
        return now + self.shop.db.clock_offset

    async def pass_by(self, **time: float) -> None:
        """The clock is moved on, by so much."""
        await self.shop.show(await self.clock() + dt.timedelta(**time))

    async def show_the_world(self) -> None:
        """The clock shows what all others show."""
        await self.shop.show(await self.clock() - self.shop.db.clock_offset)

    async def now(self, endpoint: EndpointView) -> EndpointView:
        """The endpoint as it is."""
        return await self.shop.reads.endpoint(endpoint.id)

    async def change(self, endpoint: EndpointView, **fields: Any) -> EndpointView:
        """The endpoint, changed."""
        return (
            await self.shop.verbs.change_endpoint(TILL, endpoint.id, PatchEndpoint(**fields))
        ).body

    async def dead(self, endpoint: EndpointView) -> list[DeadLetter]:
        """Its dead letters."""
        return list((await self.shop.reads.dead_letters(endpoint.id, None, 200)).items)

    async def retry(self, endpoint: EndpointView, *events: uuid.UUID) -> int:
        """Try dead letters again."""
        body = RetryDeadLetters(events=events)
        return (await self.shop.verbs.retry_dead_letters(TILL, endpoint.id, body)).body.events

    async def replay(self, endpoint: EndpointView, begin: dt.datetime, end: dt.datetime) -> Replay:
        """Send events of a span once more."""
        body = AskReplay(from_=begin, until=end)
        return (await self.shop.verbs.replay_events(TILL, endpoint.id, body)).body
