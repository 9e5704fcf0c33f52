"""Requests in which every text is a word of its own, so that it is found again wherever it went.

A word is `kanarek<number>x`; `Canaries.of` says which operation it was told, and where in it.
"""

import itertools
import json
import re
import string
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import httpx

from service.api.route import PUBLIC, Route
from service.api.table import ROUTES
from tests.fuzz.place import TIMEOUT_SECONDS, Place, secrets_in
from tests.laws.outsiders import NOBODY, documented

WORD: Final = re.compile(r"kanarek\d+x", re.IGNORECASE)
# What people write and are: in requests that are otherwise as they should be.
FREE: Final = frozenset(
    {
        *("name", "first_name", "last_name", "value", "note", "reason", "words", "text"),
        *("code", "password", "new_password", "login", "device", "external_id", "reference"),
        *("checkout", "sku", "wording", "source", "client", "terminal", "city", "url", "token"),
        *("write_key", "Authorization", "payment"),
    }
)
JSON: Final = "application/json"


class Sent(NamedTuple):
    """A request and its answer."""

    operation: str
    how: str
    answer: httpx.Response


class Canaries:
    """`answers`: of all requests; `secrets`: what answers told once."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._words: dict[str, tuple[str, str]] = {}
        self._numbers = itertools.count(1)
        self._client = httpx.Client(base_url=place.url, timeout=TIMEOUT_SECONDS)
        self.answers: list[Sent] = []
        self.secrets = set(place.secrets)

    def of(self, text: str) -> set[tuple[str, str]]:
        """Whose words the text holds: (operation, where in it)."""
        found = {one.lower() for one in WORD.findall(text)}
        return {self._words[one] for one in found}

    def word(self, operation: str, where: str) -> str:
        """A new one."""
        found = f"kanarek{next(self._numbers)}x"
        self._words[found] = (operation, where)
        return found

    def close(self) -> None:
        """No more."""
        self._client.close()

    def meant(self) -> None:
        """Bodies as they should be, with words where people write."""
        for route in _with_bodies():
            self._send(route, "meant", self._body(route, self._free))

    def refused(self) -> None:
        """Every text a word; no JSON; another media type; parts of the address, query, headers."""
        for route in _with_bodies():
            self._send(route, "every text", self._body(route, self._every))
            self._send(route, "unknown field", self._body(route, self._unknown))
            broken = json.dumps(self._body(route, self._every))[:-1]
            self._send(route, "no JSON", content=broken)
            self._send(route, "no JSON", content=broken, media="text/plain")
        for route in ROUTES:
            name = route.operation_id
            words = {part: self.word(name, f"path {part}") for part in _parts(route)}
            self._send(route, "path", self._body(route, self._every), ids=words)
            query = {"kanarek": self.word(name, "query")}
            query |= {one: self.word(name, f"query {one}") for one in ("cursor", "after", "limit")}
            self._send(route, "query", query=query)
            for header in (
                "Cookie",
                "User-Agent",
                "X-Forwarded-For",
                "If-Match",
                "Accept-Language",
            ):
                self._send(route, "header", headers={header: self.word(name, header)})
            for header in ("Idempotency-Key", "Regulars-Staff", "Content-Type", "Last-Event-ID"):
                self._send(route, "header", headers={header: self.word(name, header)})
            for scheme in ("Bearer ", "Basic ", "Bearer rgl_live_", "Bearer eyJhbGciOiJFUzI1NiJ9."):
                word = self.word(name, "Authorization")
                self._send(route, "key", headers={"Authorization": scheme + word})

    def _body(self, route: Route, change: Callable[[str, str, Any], Any]) -> Any:
        """The documented one, at home."""
        if route.takes is None:
            return None
        name = route.operation_id
        body = {**(documented(name) or {}), **self._place.ids.get(f"{name}.body", {})}
        body = {key: one for key, one in body.items() if one is not None}
        return self._changed(name, body, "", change)

    def _changed(
        self, operation: str, value: Any, where: str, change: Callable[[str, str, Any], Any]
    ) -> Any:
        if isinstance(value, dict):
            inner = {
                key: self._changed(operation, one, f"{where}/{key}", change)
                for key, one in value.items()
            }
            return change(operation, where, inner)
        if isinstance(value, list):
            return [self._changed(operation, one, f"{where}/*", change) for one in value]
        return change(operation, where, value)

    def _free(self, operation: str, where: str, value: Any) -> Any:
        name = where.rpartition("/")[2]
        if not isinstance(value, str) or name not in FREE:
            return value
        word = self.word(operation, where)
        if "@" in value:
            return f"{word}@example.org"
        return f"https://{word}:{word}@{word}.example.org/" if name == "url" else word

    def _every(self, operation: str, where: str, value: Any) -> Any:
        return self.word(operation, where) if isinstance(value, str) else value

    def _unknown(self, operation: str, where: str, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {**value, "unknown": self.word(operation, f"{where}/unknown")}

    def _send(
        self,
        route: Route,
        how: str,
        body: Any = None,
        *,
        content: str | None = None,
        media: str = JSON,
        ids: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        name = route.operation_id
        here = {
            part: str(self._place.ids.get(f"{name}.{part}", self._place.ids.get(part, NOBODY)))
            for part in _parts(route)
        }
        path = route.path.format(**{**here, **(ids or {})})
        given = {
            **self._place.headers("admin"),
            "Idempotency-Key": f"canary-{next(self._numbers)}",
            "Content-Type": media,
            **self._place.ids.get(f"{name}.staff", {}),
            **(headers or {}),
        }
        text = json.dumps(body) if content is None and body is not None else content
        answer = self._client.request(route.method, path, content=text, params=query, headers=given)
        self.answers.append(Sent(name, how, answer))
        if answer.is_success and route.scope != PUBLIC:  # else it is in the documentation
            self.secrets |= secrets_in(answer)


def _with_bodies() -> Iterator[Route]:
    return (route for route in ROUTES if route.takes is not None)


def _parts(route: Route) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(route.path) if name]
