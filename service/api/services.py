"""What the entrance needs from below: built once per process by app.py."""

from collections.abc import Awaitable, Callable

from service.api.authentication import Keyring
from service.api.limits.entrance import Limits
from service.api.pages import Pages
from service.flows.readiness import Standing
from service.flows.reads import Reads
from service.flows.verbs import Verbs
from service.infra.addresses import Network


class Services:
    """`ready` answers what keeps this worker from taking requests.

    `proxies`: networks whose word on who the caller is counts (address.py).
    """

    __slots__ = ("keyring", "limits", "metrics", "pages", "proxies", "reads", "ready", "verbs")

    def __init__(
        self,
        *,
        verbs: Verbs,
        reads: Reads,
        keyring: Keyring,
        pages: Pages,
        ready: Callable[[], Awaitable[Standing]],
        limits: Limits,
        metrics: Callable[[], Awaitable[bytes]],
        proxies: tuple[Network, ...] = (),
    ) -> None:
        self.verbs = verbs
        self.reads = reads
        self.keyring = keyring
        self.pages = pages
        self.ready = ready
        self.limits = limits
        self.metrics = metrics
        self.proxies = proxies
