"""One attempt to send an event to an endpoint, and what came of it."""

import datetime as dt
import time
import uuid
from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec
import structlog

from service.domain.endpoints import composing, schedule, signing
from service.domain.endpoints.formats import Settings
from service.domain.endpoints.judging import Verdict, judge
from service.domain.endpoints.types import Endpoint, Format
from service.flows.steps.delivering.hiding import hide
from service.infra.egress import Egress, NoAnswer, Request, Sent, UrlRefused
from service.infra.sealed import Seals

MEDIA: Final = "application/cloudevents+json; charset=utf-8"
SHOWN_LENGTH: Final = 256
_NOT_MADE: Final = "no request could be made of it: "
log = structlog.get_logger("courier")

Person = Mapping[str, Any]  # field -> what may be told of it
_settings: Final = msgspec.json.Decoder(Settings)


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. `answer`: why not, or the beginning of the answer; `body`: all of it."""

    verdict: Verdict
    status: int | None = None
    answer: str | None = None
    retry_after: dt.timedelta | None = None
    body: bytes = b""


class Maker(Protocol):
    """Makes the requests of one endpoint. `is_webhook`: its answers are about events only."""

    is_webhook: bool

    def wants(self, body: bytes) -> bool:
        """Whether an event becomes a request at all."""

    def make(self, event_id: uuid.UUID, body: bytes, at: dt.datetime) -> Request | None:
        """The request of an attempt made at `at`; None: there is nothing to be said any more."""

    def takes(self, answer: bytes) -> bool:
        """Whether an answer with a status of success says that the event was taken."""

    def told(self, body: bytes, request: Request) -> list[str]:
        """What the request of an event says that is to be kept nowhere else."""


class Webhooks:
    """Signed CloudEvents."""

    is_webhook = True

    def __init__(self, endpoint: Endpoint, keys: list[bytes]) -> None:
        self._url = endpoint.url
        self._keys = keys

    def wants(self, body: bytes) -> bool:
        """All."""
        del body
        return True

    def make(self, event_id: uuid.UUID, body: bytes, at: dt.datetime) -> Request:
        """The event as it stands in the stream."""
        signed = signing.headers(str(event_id), at, body, self._keys)
        headers = {"Content-Type": MEDIA, "Accept": "*/*", **signed}
        return Request(url=self._url, headers=headers, body=body)

    def takes(self, answer: bytes) -> bool:
        """The status says all."""
        del answer
        return True

    def told(self, body: bytes, request: Request) -> list[str]:
        """It is signed, and says nothing but the event."""
        del body, request
        return []


class Calls:
    """Requests of a system with an interface of its own; `people`: what may be told of members."""

    is_webhook = False

    def __init__(
        self, endpoint: Endpoint, settings: Settings, people: Mapping[str, Person]
    ) -> None:
        self._endpoint = endpoint
        self._settings = settings
        self._people = people

    def wants(self, body: bytes) -> bool:
        """Those that are told of at all."""
        return self._compose(body) is not None

    def make(self, event_id: uuid.UUID, body: bytes, at: dt.datetime) -> Request | None:
        """By the settings as they are, with the person as they are."""
        del event_id, at
        made = self._compose(body)
        if made is None:
            return None
        url = self._endpoint.url.rstrip("/") + made.path if made.path else self._endpoint.url
        return Request(method=made.method, url=url, headers=made.headers, body=made.body)

    def takes(self, answer: bytes) -> bool:
        """As the settings say."""
        return composing.is_taken(self._settings, answer)

    def told(self, body: bytes, request: Request) -> list[str]:
        """The person, and the settings: their headers are by what it lets us in."""
        person = self._people.get(_subject(body).subject, {})
        told = [one for one in person.values() if isinstance(one, str)]
        for value in request.headers.values():
            told += [value, *value.split()]
        segment = self._settings.segment
        return told if segment is None else [*told, segment.write_key]

    def _compose(self, body: bytes) -> composing.Composed | None:
        subject = _subject(body).subject
        person = self._people.get(subject)
        return composing.compose(self._endpoint, self._settings, body, person)


class _Subject(msgspec.Struct):
    subject: str


_subject: Final = msgspec.json.Decoder(_Subject).decode


class Sender:
    """Sends to one endpoint; `now` is PostgreSQL's clock at this moment."""

    def __init__(self, egress: Egress, maker: Maker, now: dt.datetime) -> None:
        self._egress = egress
        self._maker = maker
        self._at = now
        self._since = time.monotonic()

    @property
    def now(self) -> dt.datetime:
        """PostgreSQL's clock."""
        return self._at + dt.timedelta(seconds=time.monotonic() - self._since)

    def wants(self, body: bytes) -> bool:
        """Whether an event becomes a request at all; where that cannot be told, `send` says why."""
        try:
            return self._maker.wants(body)
        except Exception:  # noqa: BLE001  # as in `send`, which logs it
            return True

    async def send(self, event_id: uuid.UUID, body: bytes) -> Attempt:
        """Send an event; one of which no request can be made is refused by nobody but us."""
        try:
            request = self._maker.make(event_id, body, self.now)
        except Exception as mistake:  # one event must not hold up all others of an endpoint
            log.exception("no request can be made of an event", event_id=str(event_id))
            return Attempt(verdict=Verdict.REFUSED, answer=f"{_NOT_MADE}{type(mistake).__name__}")
        if request is None:
            return Attempt(verdict=Verdict.TAKEN)
        try:
            sent = await self._egress.send(request)
        except (NoAnswer, UrlRefused) as failure:
            return Attempt(verdict=judge(None), answer=str(failure))
        verdict = judge(sent.status, is_webhook=self._maker.is_webhook)
        if verdict is Verdict.TAKEN and not self._maker.takes(sent.body):
            verdict = Verdict.REFUSED
        return Attempt(
            verdict=verdict,
            status=sent.status,
            answer=_shown(sent, self._maker.told(body, request)),
            retry_after=schedule.retry_after(sent.headers.get("retry-after"), self.now),
            body=sent.body,
        )


def maker_of(
    seals: Seals, endpoint: Endpoint, people: Mapping[str, Person], now: dt.datetime
) -> Maker:
    """Of an endpoint of any format; NotOurs."""
    if endpoint.format is Format.WEBHOOK:
        return Webhooks(endpoint, keys_of(seals, endpoint, now))
    return Calls(endpoint, settings_of(seals, endpoint), people)


def keys_of(seals: Seals, endpoint: Endpoint, now: dt.datetime) -> list[bytes]:
    """The keys of a webhook that sign now, the newest first; NotOurs."""
    sealed = [endpoint.secret]
    if endpoint.old_secret_until is not None and now < endpoint.old_secret_until:
        sealed.append(endpoint.old_secret)
    about = endpoint.endpoint_id.bytes
    return [seals.open(one, about) for one in sealed if one is not None]


def settings_of(seals: Seals, endpoint: Endpoint) -> Settings:
    """The settings of another format, none of a webhook; NotOurs."""
    if endpoint.format is Format.WEBHOOK or endpoint.secret is None:
        return Settings()
    return _settings.decode(seals.open(endpoint.secret, endpoint.endpoint_id.bytes))


def _shown(sent: Sent, told: list[str]) -> str:
    """The beginning of an answer, for whoever looks why: printable characters only."""
    text = hide(sent.body.decode("utf-8", "replace"), told)[:SHOWN_LENGTH]
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()
