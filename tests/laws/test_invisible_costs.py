"""A hidden club costs an outsider the statements of an unknown one: its time tells nothing."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.infra.db import Tx
from service.infra.sql import Statement
from tests.api.client import Service, serving
from tests.databases import Fresh
from tests.laws.outsiders import PROGRAM, UNKNOWN_CODE, basket, link_to, people_of, settled_in


@pytest.fixture
async def inside(database: Fresh) -> AsyncIterator[Service]:
    """The service with the club, and no job whose statements could come in between."""
    async with serving(database.url, program=PROGRAM, jobs=False) as service:
        yield service


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the statements that were run, in order."""
    seen: list[str] = []
    rows, ask_all, run = Tx.rows, Tx.ask_all, Tx.run

    def note(statement: Statement) -> None:
        if not statement.name.startswith("access."):  # of keys, once in a while
            seen.append(statement.name)

    async def seen_rows(self: Tx, statement: Any, **given: Any) -> Any:
        note(statement)
        return await rows(self, statement, **given)

    async def seen_asks(self: Tx, questions: Any) -> None:
        for one in questions:
            note(one.statement)
        await ask_all(self, questions)

    async def seen_run(self: Tx, statement: Any, **given: Any) -> Any:
        note(statement)
        return await run(self, statement, **given)

    monkeypatch.setattr(Tx, "rows", seen_rows)
    monkeypatch.setattr(Tx, "ask_all", seen_asks)
    monkeypatch.setattr(Tx, "run", seen_run)
    return seen


async def test_a_hidden_clubs_code_costs_the_statements_of_an_unknown_one(
    inside: Service, statements: list[str]
) -> None:
    said = await people_of(inside)
    unique = await settled_in(inside, said)
    member = {"id": said["outsider"]}

    async def asked(path: str, body: dict[str, Any]) -> list[str]:
        statements.clear()
        answer = await inside.app.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return list(statements)

    for code in ("INNER20", unique):
        for path, bodies in {
            "/v1/coupons/check": [{"code": c, "member": member} for c in (code, UNKNOWN_CODE)],
            "/v1/quotes": [basket(c) for c in (code, UNKNOWN_CODE)],
        }.items():
            hidden, unknown = [await asked(path, body) for body in bodies]
            assert len(hidden) > 3
            assert hidden == unknown


async def test_a_hidden_clubs_reward_costs_the_statements_of_an_unknown_one(
    inside: Service, statements: list[str]
) -> None:
    said = await people_of(inside)
    await settled_in(inside, said)
    found = []

    for number, reward in enumerate(("inner-cup", "no-such-reward")):
        statements.clear()
        answer = await inside.app.post(
            f"/v1/members/{said['outsider']}/redemptions",
            json={"reward": reward},
            headers={"Idempotency-Key": f"reward-{number}"},
        )
        found.append((answer.status_code, answer.json()["code"], list(statements)))

    assert found[0] == found[1]


async def test_a_wrong_code_for_a_hidden_club_costs_the_statements_of_an_unknown_one(
    inside: Service, statements: list[str]
) -> None:
    said = await people_of(inside)
    await settled_in(inside, said)
    link, found = await link_to(inside), []

    async def applied(club: str, member: str, code: str) -> tuple[int, list[str]]:
        statements.clear()
        body = {"member": said[member], "words": "please", "code": code}
        answer = await inside.app.post(f"/v1/clubs/{club}/applications", json=body)
        return answer.status_code, list(statements)

    for club, code in (("inner", "7K2M-9QXD-4TBW-F0HS-6"), ("no-such-club", link)):
        found.append(await applied(club, "outsider", code))

    assert found[0] == found[1]
    assert found[0][0] == 404
    assert "clubs.lock_code" in found[0][1]
    assert (await applied("inner", "outsider", link))[0] == 201
