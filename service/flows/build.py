"""A process put together: context, gate, verbs, reads, and whether it may take requests."""

from redis.asyncio import Redis

from service.domain.programs.live import Programs
from service.flows.readiness import Look, Standing, look
from service.flows.reads import Reads
from service.flows.reads.streams import Limits
from service.flows.steps.context import Context
from service.flows.verbs import Verbs
from service.infra.batch import Gate
from service.infra.db import Database
from service.infra.egress import Egress
from service.infra.meter import SILENT, Meter
from service.infra.redis import look as look_at_redis
from service.infra.redis import open_redis
from service.infra.settings import Settings
from service.infra.spans import Spans


class Built:
    """What app.py, the commands and the tests work with."""

    def __init__(
        self,
        db: Database,
        secret: str,
        egress: Egress | None = None,
        streams: Limits | None = None,
        meter: Meter = SILENT,
        spans: Spans | None = None,
        redis: Redis | None = None,
    ) -> None:
        self.programs = Programs()
        self.ctx = Context(
            db,
            self.programs,
            secret.encode(),
            egress=egress or Egress(),
            meter=meter,
            redis=redis,
        )
        self.gate = Gate(meter=meter, spans=spans)
        self.verbs = Verbs(self.ctx, self.gate)
        self.reads = Reads(self.ctx, streams or Limits())
        meter.sample("streams_open", lambda: self.reads.streams.count)
        self.also: dict[str, Look] = {}  # what may be away: looked at for `check`
        if redis is not None:
            self.also["redis"] = lambda: look_at_redis(redis)
        self.draining = False

    async def start(self) -> None:
        """Load the program versions."""
        await self.programs.refresh(self.ctx.db)

    async def stop(self) -> None:
        """Answer what was accepted, then close the pool."""
        self.draining = True
        await self.reads.streams.stop()
        await self.gate.drain()
        await self.ctx.egress.close()
        if self.ctx.redis is not None:
            await self.ctx.redis.aclose()
        await self.ctx.db.close()

    def ready(self) -> dict[str, str]:
        """Reasons why this worker takes no requests; empty: it does."""
        reasons: dict[str, str] = {}
        if self.draining:
            reasons["worker"] = "draining"
        if not self.programs.newest:
            reasons["program"] = "none is published; run `regulars program apply FILE`"
        elif not self.programs.is_fresh():
            reasons["program"] = "versions could not be refreshed; is the database reachable?"
        return reasons

    async def check(self) -> Standing:
        """`ready`, and what the database and others have to say."""
        return await look(self.ctx.db, self.ready(), self.also)


def build(
    db: Database, settings: Settings, meter: Meter = SILENT, spans: Spans | None = None
) -> Built:
    """Put a process together on an open database."""
    streams = Limits(streams_max=settings.streams_max, seconds_max=settings.stream_seconds_max)
    redis = None if settings.redis_url is None else open_redis(settings.redis_url)
    egress = Egress(settings.own_networks())
    return Built(db, settings.secret, egress, streams, meter, spans, redis)
