"""One request on its way through the entrance."""

import uuid
from typing import Any

from litestar.types import HTTPScope, Receive

from service.api.address import address_of
from service.api.services import Services
from service.infra.addresses import Address
from service.kernel.actor import Actor


class Call:
    """What a handler may look at. `headers`: names in lower case, the last of several values.

    `actor` is set before the handler of a route that has a scope runs; `status` when the answer
    has been begun. `lasts`: the answer goes on while the caller listens, which is not slow.
    """

    __slots__ = (
        "actor",
        "client_at_work",
        "extra",
        "headers",
        "idempotency_key",
        "is_at_work",
        "is_read",
        "lasts",
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
        self.extra: tuple[tuple[bytes, bytes], ...] = ()  # headers of whatever is answered
        self.is_at_work = False  # this one and the next: see limits/entrance.py
        self.client_at_work: uuid.UUID | None = None
        self.lasts = False
        self.is_read = False  # its body, to the end

    @property
    def address(self) -> Address | None:
        """The caller's, behind the proxies of the operator; None: a local socket."""
        return address_of(self.scope, self.services.proxies)

    def path_text(self, name: str) -> str:
        """A part of the path, as it was sent (percent-decoded)."""
        text: Any = self.scope["path_params"][name]
        return str(text)
