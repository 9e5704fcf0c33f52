"""Cases that know the place: ids that are there, by every role, what is allowed and what is not."""

import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import httpx
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import negative_data_rejection
from schemathesis.transport.prepare import prepare_request

from tests.api import contract
from tests.api.test_schemathesis import (
    AS_IT_IS,
    OPERATIONS,
    PROMISES,
    REFUSABLE,
    Case,
    Operation,
    _latin,
    label,
    moved,
)
from tests.fuzz.place import TIMEOUT_SECONDS, Place

TIMES: Final = 6  # cases of an operation and mode in a round
WORDS_MAX: Final = 700  # of a failure
_BOTH: Final = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


class Tally:
    """What was asked and answered, and what was wrong, once a kind."""

    def __init__(self) -> None:
        self.requests = 0
        self.unsendable = 0
        self.statuses: Counter[int] = Counter()
        self.callers: Counter[str] = Counter()
        self.covered: dict[str, Counter[int]] = {}
        self.failures: dict[str, str] = {}

    def answered(self, name: str, caller: str, status: int) -> None:
        """One more."""
        self.requests += 1
        self.statuses[status] += 1
        self.callers[caller] += 1
        self.covered.setdefault(name, Counter())[status] += 1

    def line(self) -> str:
        """How far it is."""
        well = sum(1 for one in self.covered.values() if any(at < 300 for at in one))
        statuses = " ".join(f"{at}:{count}" for at, count in sorted(self.statuses.items()))
        return (
            f"{self.requests} requests, {len(self.covered)} of {len(OPERATIONS)} operations,"
            f" {well} of them done; {statuses}; {len(self.failures)} kinds of failure"
        )


class Asking:
    """Asks until the time is over."""

    def __init__(self, place: Place, tally: Tally, first: int, say: Callable[[str], None]) -> None:
        self._place = place
        self._tally = tally
        self._random = random.Random(first)  # repeatable
        self._say = say
        self._client = httpx.Client(timeout=TIMEOUT_SECONDS)

    def until(self, deadline: float) -> None:
        """Whole rounds, the last one cut off."""
        number = 0
        with self._client:
            while time.monotonic() < deadline:
                self._round(deadline)
                number += 1
                self._say(f"round {number}: {self._tally.line()}")

    def _round(self, deadline: float) -> None:
        for operation in self._random.sample(OPERATIONS, len(OPERATIONS)):
            for mode in _BOTH:
                if time.monotonic() > deadline:
                    return
                if mode is GenerationMode.POSITIVE or operation in REFUSABLE:
                    self._ask(operation, mode)

    def _ask(self, operation: Operation, mode: GenerationMode) -> None:
        names = [*["admin"] * len(self._place.names), *self._place.names]

        @seed(self._random.getrandbits(32))
        @settings(
            max_examples=TIMES,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=[*HealthCheck],
        )
        @given(operation.as_strategy(generation_mode=mode), st.sampled_from(names), st.booleans())
        def cases(case: Case, caller: str, heads: bool) -> None:
            parts = {f"{label(operation)}.{one}": one for one in case.path_parameters}
            ids = self._place.ids
            is_there = all(whole in ids or one in ids for whole, one in parts.items())
            here = heads and is_there and mode is GenerationMode.POSITIVE
            self._one(moved(case, self._place.ids) if here else case, caller, mode, here=here)

        cases()

    def _one(self, case: Case, caller: str, mode: GenerationMode, *, here: bool) -> None:
        name = label(case.operation)
        try:
            answer = self._send(case, caller)
        except (httpx.LocalProtocolError, httpx.InvalidURL):  # nothing that HTTP can say
            self._tally.unsendable += 1
            return
        except httpx.HTTPError as failure:
            self._fail(f"{name} {type(failure).__name__}", f"{caller}: {failure}")
            return
        self._tally.answered(name, caller, answer.status_code)
        checks: list[Any] = [not_a_server_error, *PROMISES]
        if mode is GenerationMode.NEGATIVE and caller == "admin":  # others may not even ask
            checks.append(negative_data_rejection)
        try:
            contract.check(answer)
            case.validate_response(answer, checks=checks)
            assert not here or caller != "admin" or answer.status_code != 400, answer.text
        except (Exception, BaseExceptionGroup) as failure:  # noqa: BLE001  # whatever it is, it is told
            self._fail(
                f"{name} {answer.status_code} {type(failure).__name__}", f"{caller}: {failure}"
            )

    def _send(self, case: Case, caller: str) -> httpx.Response:
        request = prepare_request(case, None, config=AS_IT_IS, base_url=self._place.url)
        assert request.method is not None
        assert request.url is not None
        person: dict[str, str] = self._place.ids.get(f"{label(case.operation)}.staff", {})
        more = {**(person if caller == "admin" else {}), **self._place.headers(caller)}
        headers = [(one.encode(), _latin(value)) for one, value in request.headers.items()]
        headers += [(one.encode(), value.encode()) for one, value in more.items()]
        content: Any = request.body
        return self._client.request(request.method, request.url, content=content, headers=headers)

    def _fail(self, kind: str, words: str) -> None:
        if kind not in self._tally.failures:
            self._tally.failures[kind] = words
            self._say(f"FAILURE {kind}\n{words[:WORDS_MAX]}")
