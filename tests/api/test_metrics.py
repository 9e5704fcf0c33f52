"""Figures over HTTP: for the key that watches, and nobody else."""

import httpx
import prometheus_client
import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.api.metrics import MEDIA
from tests.api.bodies import enrolment, purchase
from tests.api.client import Service, checked_client
from tests.api.recorder import Alone, alone


def figures(text: str) -> dict[str, float]:
    """`name{label="value"}` -> figure."""
    found = {}
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(one.labels.items()))
            found[f"{one.name}{{{labels}}}"] = one.value
    return found


def client_of(one: Alone) -> httpx.AsyncClient:
    return checked_client(one.application, {"Authorization": f"Bearer {one.key}"})


async def read(service: Service) -> dict[str, float]:
    answer = await service.monitor.get("/metrics")
    assert answer.status_code == 200, answer.text
    return figures(answer.text)


async def test_requests_are_counted_by_route_and_class_of_status(service: Service) -> None:
    made = await service.checkout.post("/v1/members", json=enrolment())
    member = made.json()["id"]
    for wrong in ("/v1/members/nobody", "/v1/members/nothing"):
        await service.checkout.get(wrong)
    await service.checkout.get(f"/v1/members/{member}")
    await service.public.get("/nowhere/at/all")

    found = await read(service)

    def count(method: str, route: str, status: str) -> float:
        labels = f"{{method={method},route={route},status={status}}}"
        return found[f"regulars_http_request_duration_seconds_count{labels}"]

    assert count("POST", "/v1/members", "2xx") == 1
    assert count("GET", "/v1/members/{member_id}", "2xx") == 1
    assert count("GET", "/v1/members/{member_id}", "4xx") == 2
    assert count("GET", "other", "4xx") == 1
    assert not any(member in name or "nobody" in name for name in found)


async def test_gate_pool_and_decisions_are_timed(service: Service) -> None:
    await service.checkout.post("/v1/members", json=enrolment())
    before = await read(service)
    sold = await service.checkout.post("/v1/purchases", json=purchase("m-1"))
    assert sold.status_code == 201, sold.text
    after = await read(service)

    def grown(name: str) -> float:
        return after[f"regulars_{name}{{}}"] - before[f"regulars_{name}{{}}"]

    assert grown("decision_duration_seconds_count") == 1
    assert grown("gate_batch_commands_sum") == 1
    assert grown("gate_wait_seconds_count") == 1
    assert grown("database_pool_wait_seconds_count") >= 1
    assert after["regulars_http_requests_at_work{}"] == 0
    assert after["regulars_database_up{}"] == 1


async def test_it_is_of_the_type_that_the_library_says() -> None:
    assert prometheus_client.CONTENT_TYPE_LATEST == MEDIA
    async with alone(scopes=("metrics:read",)) as one, client_of(one) as http:
        answer = await http.get("/metrics")

    assert (answer.status_code, answer.text) == (200, "regulars_figure 1.0\n")
    assert answer.headers["content-type"] == MEDIA


@pytest.mark.parametrize("role", ["checkout", "app", "pos", "desk", "integrator"])
async def test_other_keys_do_not_read_it(service: Service, role: str) -> None:
    answer = await getattr(service, role).get("/metrics")

    assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")


async def test_without_a_key_nobody_reads_it(service: Service) -> None:
    answer = await service.public.get("/metrics")

    assert answer.status_code == 401
