"""Figures for whoever watches over the service, for Prometheus."""

from typing import Final

from service.api.call import Call
from service.api.reply import Reply
from service.api.route import Answer, route

TAG: Final = "Health"
MEDIA: Final = "text/plain; version=1.0.0; charset=utf-8"  # what the library writes


@route(
    "GET",
    "/metrics",
    scope="metrics:read",
    tag=TAG,
    answers={
        200: Answer(
            what="The text format of Prometheus.",
            schema={"type": "string"},
            media="text/plain",
        )
    },
)
async def read_metrics(call: Call, _: None) -> Reply:
    """Read counts, durations and what waits, of all workers of this service, for Prometheus.

    Nothing in it names a member, a key or a purchase. Figures of the database are some seconds old.
    """
    return Reply(200, await call.services.metrics(), media=MEDIA.encode())
