"""Requests that Schemathesis makes from openapi.json, sent to the whole service in this process.

Whatever they hold, no answer is a 500 and each is what the document promises; what the document
forbids is refused, and without a key nothing is answered but 401. The examples are the same in
every run.
"""

import asyncio
import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, core, given, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import engine
from hypothesis.strategies._internal import collections as collections_
from schemathesis import Case as AnyCase
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SanitizationConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.transport.prepare import prepare_request

from service.api.table import ROUTES
from tests.api import acts, inhabitants
from tests.api.bodies import IDENTIFIERS
from tests.api.client import DEMO, Service, serving
from tests.api.contract import DOCUMENT
from tests.databases import Server
from tests.receiver import receiving

Operation = APIOperation[Any, Any, Any, Any]
Case = AnyCase[Operation]

PROMISES: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# The keys are ours to send; how a request is refused that is not what the document allows.
CONFIG: Final = {
    "generation": {"with-security-parameters": False},
    "checks": {"negative_data_rejection": {"expected-statuses": [400, 404, 413, 414, 422]}},
}


def operations_of(document: dict[str, Any]) -> list[Operation]:
    """All operations of a document."""
    config = schemathesis.Config.from_dict(CONFIG)
    schema = schemathesis.openapi.from_dict(document, config=config)
    return [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]


OPERATIONS: Final = operations_of(DOCUMENT)
# What Schemathesis changes in Hypothesis for all that run after it; put back at the end.
CHANGED: Final = [
    *((core, "RepresentationPrinter"), (core, "BUFFER_SIZE")),
    *((engine, "BUFFER_SIZE"), (collections_, "BUFFER_SIZE")),
]
AS_IT_IS: Final = SanitizationConfig(enabled=False)
CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")
FAR: Final = "2090-01-01T00:00:00Z"
HOME: Final = {
    "channel": "web",
    "currency": "EUR",
    "store": "waw-01",
    "wallet": "points",
    "member": IDENTIFIERS[:1],
    "source": DEMO,
    "effective_from": FAR,
}

LINES: Final = [{"sku": "a", "amount": 100}]
NOTHING_SCARCE: Final = dict.fromkeys(("coupons", "redeem", "gift_cards", "hold_id"))
# What a body holds besides, by operation; None: nothing there.
ALWAYS: Final[dict[str, dict[str, Any]]] = {
    "lookup_member": {"identifiers": IDENTIFIERS},
    "enrol_member": {"fields": None},  # those that the program declares
    # lines and what is scarce are tried by holds and batches; of these some are to be granted
    "record_purchase": {
        **NOTHING_SCARCE,
        "charged": None,
        "quote_id": None,
        "lines": LINES,
    },
    "ask_quote": {**NOTHING_SCARCE, "lines": LINES},
    "issue_coupon": {"template": "THANKS10"},
    "redeem_reward": {"reward": "tree"},
    "make_coupon_batch": {"template": "FREE-COFFEE", "size": 2},
    "import_coupon_batch": {"template": "FREE-COFFEE"},
    "void_coupon": {"code": "KNOWN-HERE", "coupon_id": None},
    "reinstate_coupon": {"code": "KNOWN-HERE", "coupon_id": None},
}


def label(operation: Any) -> str:
    """Its operationId."""
    return str(operation.definition.raw["operationId"])


def parameters(operation: Any) -> list[dict[str, Any]]:
    """Its parameters of path and query, and headers that are required."""
    found = [one for one in operation.definition.raw["parameters"] if "$ref" not in one]
    return [one for one in found if one["in"] != "header" or one["required"]]


def refusable(operation: Any) -> bool:
    """The document forbids something: there is more than free text."""
    free = {"type": "string"}
    return bool(operation.body) or any(one["schema"] != free for one in parameters(operation))


PROTECTED: Final = [one for one in OPERATIONS if one.definition.raw["security"]]
REFUSABLE: Final = [one for one in OPERATIONS if refusable(one)]
each = pytest.mark.parametrize


class Served:
    """The service, and what is in it: a member and a purchase of theirs."""

    def __init__(self, runner: asyncio.Runner, service: Service, ids: dict[str, Any]) -> None:
        self.service = service
        self.ids = ids
        self._runner = runner

    def send(self, case: Case, client: httpx.AsyncClient) -> httpx.Response:
        """The answer to a case, already held to the document by tests/api/contract.py."""
        request = prepare_request(case, None, config=AS_IT_IS, base_url="http://testserver")
        assert request.method is not None
        assert request.url is not None
        headers = [(name.encode(), _latin(value)) for name, value in request.headers.items()]
        person: dict[str, str] = self.ids.get(f"{label(case.operation)}.staff", {})
        headers += [(name.encode(), value.encode()) for name, value in person.items()]
        content: Any = request.body
        sent = client.request(request.method, request.url, content=content, headers=headers)
        return self._runner.run(sent)


def _latin(value: str | bytes) -> bytes:
    return value.encode("latin-1") if isinstance(value, str) else value


@pytest.fixture(scope="module")
def served(server: Server) -> Iterator[Served]:
    """One service for all; what takes effect there in 2090 keeps the program in force as it is."""
    fresh = server.create()
    with pytest.MonkeyPatch.context() as patch, asyncio.Runner() as runner:
        for module, name in CHANGED:
            patch.setattr(module, name, getattr(module, name))
        serve = serving(fresh.url)
        service = runner.run(serve.__aenter__())
        runner.run(service.publish(DEMO, effective_from=FAR))
        ids = runner.run(inhabitants.everything(service)) | runner.run(acts.closed(fresh.url))
        receive = receiving()  # for what asks it meanwhile: `verify_endpoint`
        receiver = runner.run(receive.__aenter__())
        path = f"/v1/endpoints/{ids['verify_endpoint.endpoint_id']}"
        runner.run(service.integrator.patch(path, json={"url": receiver.url}))
        yield Served(runner, service, ids)
        runner.run(receive.__aexit__(None, None, None))
        runner.run(serve.__aexit__(None, None, None))
    server.drop(fresh)


def at_home(value: Any, ids: dict[str, Any]) -> Any:
    """The same, but for what only this service knows: its channels, members and purchases.

    Neither 1.0 for 1 nor control characters: those the document forbids in words.
    """
    if isinstance(value, dict):
        inner = {CONTROL.sub("x", key): at_home(one, ids) for key, one in value.items()}
        known = HOME | {"purchase": {"id": ids["purchase_id"]}}
        if "value" in inner:  # an identifier: a line has a kind too
            known["kind"] = "card"
        if "external_id" in inner or "given" in inner:  # of an activity, a consent: no program
            del known["source"]
        inner |= {key: known[key] for key in known if inner.get(key) is not None}
        for instant in ("occurred_at", "said_at"):  # now
            inner.pop(instant, None)
        return inner
    if isinstance(value, list):
        return [at_home(one, ids) for one in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return CONTROL.sub("x", value) if isinstance(value, str) else value


def moved(case: Case, ids: dict[str, Any]) -> Case:
    """The case at home: every id of the path is one that is there, a cursor none."""
    step = label(case.operation)
    case.path_parameters = {
        name: ids.get(f"{step}.{name}", ids[name]) for name in case.path_parameters
    }
    natural = {"channel": "web", "external_id": "first"} | ids.get(f"{step}.query", {})
    elsewhere = {"cursor", "after", "at", "known_at"}
    query = {name: one for name, one in case.query.items() if name not in elsewhere}
    case.query = at_home(query, ids) | {n: one for n, one in natural.items() if n in query}
    headers = case.headers
    if "Idempotency-Key" in headers:
        key = str(headers["Idempotency-Key"]).strip('"')
        # of its own: the generator has the same few for all operations
        headers["Idempotency-Key"] = f"{step}.{key}"[:255]
    body = at_home(case.body, ids)
    if step == "record_consents":  # at home there is one channel, and it is named once
        body["consents"] = body["consents"][:1]
    for name, one in (ALWAYS.get(step, {}) | ids.get(f"{step}.body", {})).items():
        body[name] = one
        if one is None:
            del body[name]
    case.body = body
    return case


def run(
    operation: Operation, mode: GenerationMode, times: int, look: Callable[[Case, bool], None]
) -> None:
    """So many cases of an operation, the same in each run; `look` also gets a coin's side."""

    @settings(
        max_examples=times,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # the service remembers: a smaller case would find another one
        suppress_health_check=[*HealthCheck],
    )
    @given(operation.as_strategy(generation_mode=mode), st.booleans())
    def cases(case: Case, heads: bool) -> None:
        look(case, heads)

    cases()


def test_every_route_is_asked() -> None:
    assert {label(one) for one in OPERATIONS} == {one.operation_id for one in ROUTES}
    assert len(REFUSABLE) > len(ROUTES) / 2


@each("operation", OPERATIONS, ids=label)
def test_what_the_document_allows_is_answered_as_it_promises(
    served: Served, operation: Operation
) -> None:
    answered: Counter[int] = Counter()
    why: list[str] = []

    def look(case: Case, heads: bool) -> None:
        asked = moved(case, served.ids) if heads else case
        answer = served.send(asked, served.service.admin)
        case.validate_response(answer, checks=PROMISES)
        answered[answer.status_code] += 1
        if heads and answer.status_code == 422:
            why.append(answer.text[:300])
        if heads:
            assert answer.status_code != 400, answer.text

    run(operation, GenerationMode.POSITIVE, 20, look)
    assert answered[200] + answered[201] + answered[204] > 0, (answered, why)
    assert answered.keys().isdisjoint({401, 403})


@each("operation", REFUSABLE, ids=label)
def test_what_the_document_forbids_is_refused(served: Served, operation: Operation) -> None:
    def look(case: Case, heads: bool) -> None:
        answer = served.send(case, served.service.admin)
        case.validate_response(answer, checks=[*PROMISES, negative_data_rejection])

    run(operation, GenerationMode.NEGATIVE, 10, look)


@each("operation", PROTECTED, ids=label)
def test_without_a_key_nothing_is_answered_but_401(served: Served, operation: Operation) -> None:
    def look(case: Case, heads: bool) -> None:
        answer = served.send(moved(case, served.ids), served.service.public)
        assert (answer.status_code, answer.json()["code"]) == (401, "key-missing")

    run(operation, GenerationMode.POSITIVE, 5, look)


def broken(what: str) -> dict[str, Any]:
    """The document with another promise of what reading a member answers."""
    document = copy.deepcopy(DOCUMENT)
    responses = document["paths"]["/v1/members/{member_id}"]["get"]["responses"]
    content, headers = responses["200"]["content"], responses["200"]["headers"]
    if what == "body":
        content["application/json"]["schema"] = {"type": "array"}
    elif what == "media":
        content["text/csv"] = content.pop("application/json")
    elif what == "header":
        headers["X-Missing"] = {"required": True, "schema": {"type": "string"}}
    else:
        del responses["200"]
    return document


@each("what", ["body", "media", "header", "status"])
def test_an_answer_that_breaks_its_promise_would_be_seen(served: Served, what: str) -> None:
    operations = operations_of(broken(what))
    (operation,) = [one for one in operations if label(one) == "read_member"]
    case = operation.Case(path_parameters={"member_id": served.ids["member_id"]})

    answer = served.send(case, served.service.admin)

    with pytest.raises(FailureGroup):
        case.validate_response(answer, checks=PROMISES)
