import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from service.infra.logging import configure, drop_personal


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(captured: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in captured.readouterr().err.splitlines()]


def test_keys_of_secrets_and_persons_are_dropped_at_any_depth() -> None:
    event = {
        "event": "member.enrolled",
        "email": "ann@example.org",
        "Authorization": "Bearer x",
        "set-cookie": "x",
        "access_token": "x",
        "name": "Ann",
        "code": "ABC",
        "status_code": 201,
        "rule_name": "double",
        "member": {"phone": "+441", "id": 7, "cards": [{"pin": "1", "kind": "card"}]},
    }
    assert drop_personal(None, "info", event) == {
        "event": "member.enrolled",
        "status_code": 201,
        "rule_name": "double",
        "member": {"id": 7, "cards": [{"kind": "card"}]},
    }


def test_a_line_in_production_is_json_with_the_request(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", production=True)
    structlog.contextvars.bind_contextvars(request_id="r-1")
    structlog.get_logger("regulars").info("purchase.recorded", points=12, secret="s3cret")
    (line,) = lines(capsys)
    assert str(line.pop("at")).endswith("Z")
    assert line == {
        "event": "purchase.recorded",
        "level": "info",
        "points": 12,
        "request_id": "r-1",
    }


def test_a_failure_is_logged_without_local_variables(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", production=True)

    def fail() -> None:
        canary = "ann@example" + ".org"
        raise RuntimeError(len(canary))

    try:
        fail()
    except RuntimeError:
        structlog.get_logger("regulars").exception("failed")
    (line,) = lines(capsys)
    assert "RuntimeError: 15" in str(line["exception"])
    assert "ann@example.org" not in json.dumps(line)


def test_libraries_write_through_the_same_chain(capsys: pytest.CaptureFixture[str]) -> None:
    configure("warning", production=True)
    logging.getLogger("asyncio").warning("slow %s", "callback")
    logging.getLogger("asyncio").info("not wanted")
    structlog.get_logger("regulars").info("not wanted")
    (line,) = lines(capsys)
    assert (line["event"], line["level"]) == ("slow callback", "warning")


def test_on_a_terminal_lines_are_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", production=False)
    structlog.get_logger("regulars").info("started", workers=2, token="t0ken")
    text = capsys.readouterr().err
    assert "started" in text
    assert "workers=2" in text
    assert "t0ken" not in text
