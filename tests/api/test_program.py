"""The program over HTTP."""

import jsonschema_rs

from tests.api.client import DEMO, Service, serving
from tests.databases import Fresh


async def test_a_published_version_is_read_back_as_it_was_sent(service: Service) -> None:
    program = await service.desk.get("/v1/program")
    versions = await service.desk.get("/v1/program/versions")
    version = await service.desk.get("/v1/program/versions/1")

    assert program.json()["version"] == 1
    assert [one["version"] for one in versions.json()] == [1]
    assert version.json()["source"] == DEMO
    assert version.json()["version"] == program.json()


async def test_a_version_nobody_published_is_404(service: Service) -> None:
    answer = await service.desk.get("/v1/program/versions/2")

    assert (answer.status_code, answer.json()["code"]) == (404, "version-not-found")


async def test_every_problem_of_a_file_is_found_at_once_with_its_place(service: Service) -> None:
    broken = DEMO.replace("timezone: Europe/Warsaw", "timezone: Europe/Warsow")
    broken = broken.replace("award: 1}", "award: -1}", 1)

    checked = await service.admin.post("/v1/program/check", json={"source": broken})
    refused = await service.admin.post("/v1/program/versions", json={"source": broken})

    assert checked.json()["ok"] is False
    assert len(checked.json()["problems"]) == 2
    assert all(one["line"] > 1 for one in checked.json()["problems"])
    assert (refused.status_code, refused.json()["code"]) == (422, "program-invalid")
    assert len(refused.json()["problems"]) == 2


async def test_a_file_without_problems_is_ok_and_changes_nothing(service: Service) -> None:
    source = {"source": DEMO}

    checked = await service.admin.post("/v1/program/check", json=source)
    plan = await service.admin.post("/v1/program/plan", json=source)

    assert checked.json() == {"ok": True, "problems": []}
    assert plan.status_code == 200


async def test_a_published_version_says_where_it_is(service: Service) -> None:
    answer = await service.admin.post(
        "/v1/program/versions", json={"source": DEMO, "note": "again"}
    )

    assert (answer.status_code, answer.json()["version"]) == (201, 2)
    assert answer.headers["location"] == "/v1/program/versions/2"
    assert answer.json()["in_force"] is False


async def test_the_schema_of_a_program_file_is_a_json_schema(service: Service) -> None:
    schema = (await service.desk.get("/v1/program/schema")).json()

    jsonschema_rs.meta.validate(schema)
    assert "wallets" in schema["properties"]


async def test_without_a_program_nothing_is_decided_and_the_worker_is_not_ready(
    database: Fresh,
) -> None:
    async with serving(database.url, program="") as service:
        ready = await service.public.get("/health/ready")
        program = await service.admin.get("/v1/program")

    assert (ready.status_code, list(ready.json()["reasons"])) == (503, ["program"])
    assert (program.status_code, program.json()["code"]) == (503, "no-program")
    assert program.headers["retry-after"] == "1"
