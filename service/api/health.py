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
    answers={200: Answer(what="Send requests here.", body=Health)},
    refuses=(NotReady,),
)
async def read_readiness(call: Call, _: None) -> Reply:
    """Say whether this worker takes requests; if not, the problem's `reasons` say why."""
    reasons = await call.services.ready()
    if reasons:
        raise NotReady(reasons=reasons)
    return ok(Health(status="ready"))
