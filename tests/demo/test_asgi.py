import asyncio
from typing import Any

import pytest

from service.demo.asgi import Answered, Client, started


class Echo:
    """An application that answers what it was asked, and notes its life."""

    def __init__(self, fails_in: str = "") -> None:
        self.life: list[str] = []
        self.fails_in = fails_in

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = (await receive())["body"].decode()
        assert (await receive())["type"] == "http.disconnect"
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        text = f'{{"path": "{scope["path"]}", "body": {body}, "key": "{headers["idempotency-key"]}"'
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
        await send(
            {"type": "http.response.body", "body": f', "{headers["authorization"]}": 1}}'.encode()}
        )

    async def _live(self, receive: Any, send: Any) -> None:
        for phase in ("startup", "shutdown"):
            assert (await receive())["type"] == f"lifespan.{phase}"
            self.life.append(phase)
            if self.fails_in == f"{phase} raising":
                raise LookupError(phase)
            word = "failed" if self.fails_in == phase else "complete"
            await send({"type": f"lifespan.{phase}.{word}", "message": "no database"})


async def test_a_request_is_handed_on_whole_and_its_answer_put_together() -> None:
    answer = await Client(Echo(), "rgl_x").post("/v1/x", {"a": [1]}, {"Idempotency-Key": "k"})

    assert answer == Answered(
        201, {"path": "/v1/x", "body": {"a": [1]}, "key": "k", "Bearer rgl_x": 1}
    )


async def test_the_application_is_started_and_ended() -> None:
    app = Echo()
    async with started(app):
        assert app.life == ["startup"]
    assert app.life == ["startup", "shutdown"]


@pytest.mark.parametrize("phase", ["startup", "shutdown"])
async def test_what_says_that_it_failed_is_told(phase: str) -> None:
    with pytest.raises(RuntimeError, match=rf"lifespan\.{phase}: no database"):
        async with started(Echo(fails_in=phase)):
            pass


@pytest.mark.parametrize("phase", ["startup", "shutdown"])
async def test_what_it_fails_with_is_raised(phase: str) -> None:
    with pytest.raises(LookupError, match=phase):
        async with started(Echo(fails_in=f"{phase} raising")):
            pass


async def test_it_ends_when_what_used_it_fails() -> None:
    before = asyncio.all_tasks()
    with pytest.raises(ZeroDivisionError):
        async with started(Echo()):
            raise ZeroDivisionError
    assert asyncio.all_tasks() == before
