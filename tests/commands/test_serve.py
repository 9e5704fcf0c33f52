"""`regulars serve` and `migrate` as processes, on a database of the operator's own."""

import json
import pathlib

import httpx

from tests.databases import Fresh
from tests.running import PROJECT, Running, purchase, regulars, told

SECRET = "for-tests-only-for-tests-only-for-tests-only"
PROGRAM = PROJECT / "service" / "programs" / "corner-coffee.yaml"


def serving(database: Fresh) -> dict[str, str]:
    return {
        "REGULARS_DATABASE_URL": database.url,
        "REGULARS_OWNER_URL": database.owner_url,
        "REGULARS_SECRET": SECRET,
        "REGULARS_PRODUCTION": "true",
    }


def test_serve_asks_for_what_is_not_set() -> None:
    done = regulars("serve")
    assert done.returncode == 1
    assert "REGULARS_DATABASE_URL is not set" in done.stderr


def test_serve_refuses_a_database_that_was_not_migrated(empty_database: Fresh) -> None:
    environ = serving(empty_database)
    done = regulars("serve", environ=environ)
    assert done.returncode == 1
    assert "run `regulars migrate` first" in done.stderr
    check = regulars("migrate", "--check", environ=environ)
    assert (check.returncode, check.stdout) == (1, told("pending"))
    first = regulars("migrate", environ=environ)
    assert (first.returncode, first.stdout) == (0, told("applied"))
    for words in (["migrate"], ["migrate", "--check"]):
        again = regulars(*words, environ=environ)
        assert (again.returncode, again.stdout) == (0, "up to date\n")


async def test_serve_answers_and_logs_in_json(database: Fresh, tmp_path: pathlib.Path) -> None:
    environ = serving(database)
    assert regulars("program", "apply", str(PROGRAM), environ=environ).returncode == 0
    key = regulars("keys", "create", "--role", "checkout", environ=environ).stdout.strip()
    running = Running(tmp_path, "serve", environ=environ)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=running.url, headers=headers) as client:
        assert (await client.get("/health/live")).json() == {"status": "live"}
        answer = await client.post("/v1/purchases", json=purchase(1))
        assert answer.status_code == 201, answer.text
        refused = await client.post("/v1/purchases", json={**purchase(2), "currency": "USD"})
        assert refused.status_code == 422, refused.text
    assert running.stop() < 10
    assert running.process.returncode == 0
    lines = [json.loads(line) for line in running.err().splitlines()]
    assert all({"at", "level", "event"} <= line.keys() for line in lines)
    assert key not in running.err()
    assert refused.headers["X-Request-Id"] in {line.get("request_id") for line in lines}
