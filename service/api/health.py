"""What a load balancer asks."""

from typing import Final

import msgspec

from service.api.call import Call
from service.api.errors import NotReady
from service.api.reply import Reply, ok
from service.api.route import PUBLIC, Answer, route

TAG: Final = "Health"


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """`status`: live or ready."""

    status: str


class ReadyHealth(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`status`: ready. `warnings`: what is to be looked at, though requests are taken."""

    status: str
    warnings: dict[str, str] = {}


@route(
    "GET",
    "/health/live",
    scope=PUBLIC,
    tag=TAG,
    answers={200: Answer(what="The process answers.", body=Health)},
)
async def read_liveness(call: Call, _: None) -> Reply:
    """Say that the process is alive; asks nobody else."""
    del call
    return ok(Health(status="live"))


@route(
    "GET",
    "/health/ready",
    scope=PUBLIC,
    tag=TAG,
    answers={200: Answer(what="Send requests here.", body=ReadyHealth)},
    refuses=(NotReady,),
)
async def read_readiness(call: Call, _: None) -> Reply:
    """Say whether this worker takes requests; if not, the problem's `reasons` say why.

    `worker`: it is stopping; `program`: none is published, or new versions cannot be looked for;
    `database`: not reachable, or not within a second; `migrations`: some are still to be applied.
    """
    standing = await call.services.ready()
    if standing.reasons:
        raise NotReady(reasons=standing.reasons)
    return ok(ReadyHealth(status="ready", warnings=standing.warnings))
