"""The least a JSON endpoint can do: Litestar as it comes, on the server the service runs on.

`python -m tests.bench.trivial PORT WORKERS`
"""

import sys
from typing import Final

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from litestar import Litestar, get

PATH: Final = "/trivial"


@get(PATH)
async def trivial() -> dict[str, str]:
    """Answer the same every time."""
    return {"status": "ok"}


def create_app() -> Litestar:
    """A factory, as Granian calls it."""
    return Litestar([trivial], openapi_config=None, logging_config=None)


def main() -> None:
    """Serve until SIGTERM, with the options of service/commands/http.py that cost time."""
    port, workers = (int(word) for word in sys.argv[1:])
    Granian(
        "tests.bench.trivial:create_app",
        factory=True,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    main()
