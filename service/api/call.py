"""One request on its way through the entrance."""

from typing import Any

from litestar.types import HTTPScope, Receive

from service.api.services import Services
from service.kernel.actor import Actor


class Call:
    """What a handler may look at. `headers`: names in lower case, the last of several values.

    `actor` is set before the handler of a route that has a scope runs; `status` when the answer
    has been begun.
    """

    __slots__ = (
        "actor",
        "headers",
        "idempotency_key",
        "method",
        "receive",
        "request_id",
        "scope",
        "services",
        "status",
    )

    actor: Actor

    def __init__(self, scope: HTTPScope, receive: Receive, services: Services) -> None:
        self.scope = scope
        self.receive = receive
        self.services = services
        self.method: str = scope["method"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.request_id = b""
        self.idempotency_key: str | None = None
        self.status = 0

    def path_text(self, name: str) -> str:
        """A part of the path, as it was sent (percent-decoded)."""
        text: Any = self.scope["path_params"][name]
        return str(text)
