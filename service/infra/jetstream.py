"""NATS JetStream: one connection for a process, made when it is asked first.

NATS may be away at any moment, as Redis may. A connection that is lost is given up and made anew by
whoever asks next: the library would go on trying for itself, and keep what was sent meanwhile.
"""

import asyncio
from typing import TYPE_CHECKING, Any, Final

from service.infra.settings import SettingsError

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js.client import JetStreamContext

CONNECT_SECONDS_MAX: Final = 1.0
ANSWER_SECONDS_MAX: Final = 1.0


class JetStream:
    """`context()` is what the library offers; whatever it raises of `lost` means NATS is away."""

    def __init__(self, url: str) -> None:
        try:
            import nats  # noqa: F401, PLC0415 an extra
            from nats.errors import Error  # noqa: PLC0415
        except ImportError:
            raise SettingsError("REGULARS_NATS_URL is set: install '.[nats]' as well.") from None
        self.lost: tuple[type[Exception], ...] = (Error, OSError, TimeoutError)
        self._url = url
        self._client: Client | None = None
        self._alone = asyncio.Lock()

    async def context(self) -> "JetStreamContext":
        """A connection that was there a moment ago."""
        async with self._alone:
            if self._client is None or not self._client.is_connected:
                await self._drop()
                self._client = await self._connect()
            return self._client.jetstream(timeout=ANSWER_SECONDS_MAX)

    async def look(self) -> str | None:
        """What is wrong with it, in words; None: it answers."""
        try:
            await (await self.context()).account_info()
        except self.lost:
            return "not reachable"
        return None

    async def close(self) -> None:
        """Close the connection."""
        async with self._alone:
            await self._drop()

    async def _connect(self) -> "Client":
        import nats  # noqa: PLC0415

        async with asyncio.timeout(CONNECT_SECONDS_MAX):
            return await nats.connect(
                self._url,
                connect_timeout=CONNECT_SECONDS_MAX,
                allow_reconnect=False,
                max_reconnect_attempts=0,
                error_cb=_quiet,
            )

    async def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None and not client.is_closed:
            await client.close()


async def _quiet(failure: Any) -> None:
    """Whoever asks is told; the library would write it to the log as well."""
