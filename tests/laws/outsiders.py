"""What an outsider's channels ask, of which people, and what answers have of their own.

Ids, instants, codes and sealed texts are what they are; their places in the order of appearance are
compared. How long to wait is compared by itself: two services are not asked at the same instant.
"""

import json
import pathlib
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import httpx

from service.api.table import ROUTES
from tests.api.client import Service
from tests.api.contract import DOCUMENT

PROGRAM: Final = (pathlib.Path(__file__).parent / "invisible.yaml").read_text()
WITHOUT: Final = "\n".join(one for one in PROGRAM.splitlines() if not one.endswith("# inner"))
UNKNOWN_CODE: Final = "7K2M-9QXD-4TBW-F"
LINES: Final = [{"sku": "ESP", "amount": 5000, "category": "coffee"}]
NOBODY: Final = "0192f0c0-0000-7000-8000-000000000001"
UNTOLD: Final = frozenset({"date"})  # headers that are of the moment
_OF_ITS_OWN: Final = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-\d+)?"  # ids, with versions too
    r"|(?<=\"sequence\":\")\d{19}"  # versions, as entity tags have them
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)"  # instants
    r"|[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{1,4}){2,}"  # codes
    r"|…[0-9A-Z]{4}"  # their last characters
    r'|"[0-9a-f]{24}"|"\d+\.\d+(?:\.\d+)*"'  # entity tags
    r"|(?<=\"quote_id\":\")[^\"]+|(?<=\"next\":\")[^\"]{20,}"  # sealed
    r"|\b[0-9a-f]{16}\b"  # requests
)
_WAITS: Final = re.compile(r"(?<=_seconds\":)\d+|(?<=again in )\d+(?= s\b)|\d+(?= seconds)")
WAITS_APART_MAX: Final = 5  # seconds, of hundreds: a machine of tests may stall between the two


class Request(NamedTuple):
    """`ids`: parts of the path, and what stands for them; `keep`: its id is kept by that name."""

    role: str
    operation: str
    body: Any = None
    ids: Mapping[str, str] = {}
    query: str = ""
    keep: str | None = None


class Seen(NamedTuple):
    """An answer with everything of its own replaced. `waits`: the seconds it tells, in order."""

    request: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    waits: tuple[int, ...]

    def is_like(self, other: "Seen") -> bool:
        """Whether nobody could tell the two apart; equally long waits differ by a moment."""
        pairs = zip(self.waits, other.waits, strict=False)
        near = all(abs(one - another) <= WAITS_APART_MAX for one, another in pairs)
        return near and self._replace(waits=()) == other._replace(waits=())


_PATHS: Final = {route.operation_id: (route.method, route.path) for route in ROUTES}
_OPERATIONS: Final = {
    operation["operationId"]: operation
    for methods in DOCUMENT["paths"].values()
    for operation in methods.values()
}


def documented(operation: str) -> Any:
    """The first example of a body the operation takes; None: it takes none."""
    found = _OPERATIONS[operation]
    if "requestBody" not in found:
        return None
    (content,) = found["requestBody"]["content"].values()
    return next(iter(content["examples"].values()))["value"]


class Walk:
    """The requests, one after the other, to one service; `said`: ids by their names."""

    def __init__(self, service: Service, said: Mapping[str, str]) -> None:
        self._service = service
        self._said = dict(said)
        self._order: dict[str, str] = {}
        self._count = 0

    async def ask(self, request: Request) -> Seen:
        """The answer, as it may be compared."""
        self._count += 1
        method, path = _PATHS[request.operation]
        for name in re.findall(r"\{([a-z_]+)\}", path):
            path = path.replace(f"{{{name}}}", self._named(request.ids.get(name, NOBODY)))
        body = request.body if request.body is not None else documented(request.operation)
        client: httpx.AsyncClient = getattr(self._service, request.role)
        answer = await client.request(
            method,
            path + self._named(request.query),
            json=None if body is None else self._filled(body),
            headers={"Idempotency-Key": f"request-{self._count:04}"},
        )
        if request.keep is not None:
            self._said[request.keep] = answer.json()["id"]
        return self._seen(request, answer)

    def _named(self, text: str) -> str:
        for name, value in self._said.items():
            text = text.replace(f"${name}", value)
        return text

    def _filled(self, body: Any) -> Any:
        return json.loads(self._named(json.dumps(body)))

    def _seen(self, request: Request, answer: httpx.Response) -> Seen:
        waits = _WAITS.findall(answer.text)
        told = {name: self._replaced(v) for name, v in answer.headers.items() if name not in UNTOLD}
        if "retry-after" in told:
            told["retry-after"] = "…"
        if waits and "content-length" in told:  # 99 s are shorter than 100 s
            told["content-length"] = str(int(told["content-length"]) - sum(map(len, waits)))
        return Seen(
            f"{self._count} {request.operation} by {request.role}",
            answer.status_code,
            tuple(sorted(told.items())),
            self._replaced(_WAITS.sub("…", answer.text)),
            tuple(map(int, waits)),
        )

    def _replaced(self, text: str) -> str:
        order = self._order
        return _OF_ITS_OWN.sub(lambda m: order.setdefault(m[0], f"<{len(order)}>"), text)


def basket(*coupons: str, **more: Any) -> dict[str, Any]:
    """Coffee of 50.00 EUR for the outsider."""
    card = [{"kind": "card", "value": "OUT"}]
    found = {"channel": "web", "currency": "EUR", "member": card, "lines": LINES, **more}
    return {**found, "coupons": list(coupons)} if coupons else found


def nobodys(*coupons: str) -> dict[str, Any]:
    """The same for nobody known."""
    found = basket(*coupons)
    del found["member"]
    return found


async def enrolled(service: Service, card: str) -> str:
    """The id of a new member with 100.00 EUR bought."""
    body = {"identifiers": [{"kind": "card", "value": card}]}
    answer = await service.admin.post("/v1/members", json=body)
    bought = {**basket(), "member": [{"kind": "card", "value": card}], "external_id": f"x-{card}"}
    made = await service.admin.post("/v1/purchases", json=bought)
    assert (answer.status_code, made.status_code) == (201, 201)
    found: str = answer.json()["id"]
    return found


async def people_of(service: Service) -> dict[str, str]:
    """Two outsiders and one who is in the club, where there is one."""
    return {name: await enrolled(service, card) for name, card in (
        ("outsider", "OUT"), ("friend", "FRIEND"), ("insider", "IN"),
    )}  # fmt: skip


async def settled_in(service: Service, said: dict[str, str]) -> str:
    """The club has a member, and one invited; there are coupons of it. Answers a unique code."""
    admin, club = service.admin, "/v1/clubs/inner"
    key = {"Idempotency-Key": "of-the-club"}
    done = [
        await admin.post(f"{club}/members", json={"member": {"id": said["insider"]}}),
        await admin.post(
            f"/v1/members/{said['outsider']}/coupons",
            json={"template": "INNER-OWN", "reason": "a mistake of staff"},
            headers=key,
        ),
        await admin.post(
            "/v1/coupons/batches",
            json={"template": "INNER-UNIQUE", "size": 2},
            headers={"Idempotency-Key": "of-the-batch"},
        ),
    ]
    assert [one.status_code for one in done] == [200, 201, 201], [one.text for one in done]
    codes = await admin.get(f"/v1/coupons/batches/{done[2].json()['id']}/codes")
    assert codes.status_code == 200
    return codes.text.split()[-1]


async def link_to(service: Service) -> str:
    """A code to apply to the hidden club with."""
    body, key = {"lets": "apply", "uses_max": 9}, {"Idempotency-Key": "of-the-link"}
    made = await service.admin.post("/v1/clubs/inner/codes", json=body, headers=key)
    code: str = made.json()["code"]
    return code
