"""The outermost layer where requests are traced: a span around each."""

from litestar.enums import ScopeType
from litestar.types import Message, Receive, Scope, Send

from service.api.edge import Edge, pattern
from service.infra.telemetry import Telemetry


class TracedEdge(Edge):
    """`telemetry` is set once the process has started, as `services` is."""

    telemetry: Telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request within its span."""
        if scope["type"] == ScopeType.WEBSOCKET:
            await super().__call__(scope, receive, send)
            return
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        headers = {
            name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]
        }
        with self.telemetry.request(scope["method"], headers) as span:
            try:
                await super().__call__(scope, receive, noting)
            finally:
                self.telemetry.answered(span, scope["method"], pattern(scope), status)
