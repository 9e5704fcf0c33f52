"""What the entrance needs from below: built once per process by app.py."""

from collections.abc import Awaitable, Callable

from service.api.authentication import Keyring
from service.api.pages import Pages
from service.flows.reads import Reads
from service.flows.verbs import Verbs


class Services:
    """`ready` answers reasons why this worker takes no requests; none: it does."""

    __slots__ = ("keyring", "pages", "reads", "ready", "verbs")

    def __init__(
        self,
        *,
        verbs: Verbs,
        reads: Reads,
        keyring: Keyring,
        pages: Pages,
        ready: Callable[[], Awaitable[dict[str, str]]],
    ) -> None:
        self.verbs = verbs
        self.reads = reads
        self.keyring = keyring
        self.pages = pages
        self.ready = ready
