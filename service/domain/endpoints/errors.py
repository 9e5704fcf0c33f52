"""What a caller can run into with endpoints."""

import dataclasses
import uuid

from service.kernel.errors import Conflict, NotFound, Unprocessable


class EndpointNotFound(NotFound):
    """There is no such endpoint."""


@dataclasses.dataclass(eq=False, kw_only=True)
class EndpointNameTaken(Conflict):
    """There is an endpoint with this name."""

    name: str


@dataclasses.dataclass(eq=False, kw_only=True)
class UrlNotAllowed(Unprocessable):
    """Nothing can be sent to this URL."""

    why: str
    pointer: str = "/url"

    def detail(self) -> str:
        """Why not."""
        return f"nothing can be sent to this URL: {self.why}"


@dataclasses.dataclass(eq=False, kw_only=True)
class UnknownEventType(Unprocessable):
    """There is no event of this type."""

    event_type: str
    pointer: str = "/types"

    def detail(self) -> str:
        """Which, and where the types stand."""
        return f"no event is a {self.event_type}; asyncapi.json lists the types, `.*` ends a family"


class EndpointNotVerified(Conflict):
    """Whoever has the URL has not answered the challenge yet; ask for one."""


@dataclasses.dataclass(eq=False, kw_only=True)
class ChallengeFailed(Conflict):
    """The receiver did not answer the challenge as it should."""

    why: str

    def detail(self) -> str:
        """What came instead."""
        return f"the challenge was not answered: {self.why}"


class EndpointChangedMeanwhile(Conflict):
    """The endpoint was changed while the challenge was on its way; ask for another one."""


class NoWebhook(Conflict):
    """The endpoint is no webhook: it has neither a challenge nor a secret of ours."""


@dataclasses.dataclass(eq=False, kw_only=True)
class SettingsWrong(Unprocessable):
    """The settings of the endpoint make no sense."""

    why: str
    pointer: str

    def detail(self) -> str:
        """What is wrong with them."""
        return self.why


@dataclasses.dataclass(eq=False, kw_only=True)
class ReplayRunning(Conflict):
    """A replay of this endpoint is still going on."""

    replay_id: uuid.UUID


@dataclasses.dataclass(eq=False, kw_only=True)
class SpanIsEmpty(Unprocessable):
    """The span ends before it begins, or begins in the future."""

    pointer: str = "/until"
