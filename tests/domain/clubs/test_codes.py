"""Codes of clubs: how they are made, what is kept of them."""

import uuid
from typing import Any

import asyncpg
import msgspec
import pytest

from service.domain.clubs import codes
from service.domain.clubs.types import CodeRow
from service.infra.db import Tx
from service.kernel.codes import check_character, shown
from tests.domain.clubs.people import APP, CLUB, JAN, begin, day

SECRET = b"only for tests: thirty-two characters or more"
CODE_ID = uuid.UUID(int=77)


def row(**fields: Any) -> CodeRow:
    given: dict[str, Any] = {
        "digest": codes.digest(SECRET, codes.derive(SECRET, CODE_ID)),
        "code_id": CODE_ID,
        "club": CLUB,
        "tail": "WXYZ",
        "inviter": JAN,
        "uses_max": 2,
        "made_at": day(1),
        "due_at": day(4),
        "note": "for friends",
        "actor_kind": int(APP.kind),
        "actor_id": APP.id,
    }
    return CodeRow(**(given | fields))


def test_a_code_has_eighty_bits_and_a_check_and_is_always_the_same() -> None:
    code = codes.derive(SECRET, CODE_ID)

    assert len(code) == 17
    assert check_character(code[:-1]) == code[-1]
    assert codes.derive(SECRET, CODE_ID) == code
    assert codes.derive(SECRET, uuid.UUID(int=78)) != code
    assert codes.derive(b"another secret of thirty-two bytes", CODE_ID) != code


def test_it_is_found_in_any_spelling_and_what_is_none_finds_none() -> None:
    code = codes.derive(SECRET, CODE_ID)
    digest = codes.digest(SECRET, code)

    assert codes.digest(SECRET, shown(code).lower()) == digest
    assert codes.digest(SECRET, f" {code} ") == digest
    assert codes.digest(SECRET, "!") != codes.digest(SECRET, "?")
    assert len(codes.digest(SECRET, "")) == len(codes.digest(SECRET, "no code\x00 ęą")) == 32


async def test_a_code_lets_people_into_its_own_club_only(tx: Tx) -> None:
    await begin(tx)
    made = row()
    await codes.insert(tx, made)

    assert await codes.lock(tx, CLUB, made.digest) == made
    assert await codes.lock(tx, 9, made.digest) is None
    assert await codes.lock(tx, CLUB, bytes(32)) is None
    assert await codes.find(tx, CLUB, CODE_ID) == made
    assert await codes.find(tx, 9, CODE_ID) is None


async def test_it_stands_until_it_is_used_up_or_void_or_due(tx: Tx) -> None:
    await begin(tx)
    made = row()
    await codes.insert(tx, made)
    assert made.stands(day(3.9))
    assert not made.stands(day(4))

    await codes.use(tx, made.digest)
    once = await codes.lock(tx, CLUB, made.digest)
    await codes.use(tx, made.digest)
    twice = await codes.lock(tx, CLUB, made.digest)

    assert once == msgspec.structs.replace(made, used=1)
    assert once.stands(day(2))
    assert twice is not None
    assert not twice.stands(day(2))


async def test_the_table_refuses_one_use_too_many(tx: Tx) -> None:
    await begin(tx)
    await codes.insert(tx, row(uses_max=1))
    await codes.use(tx, row().digest)

    with pytest.raises(asyncpg.CheckViolationError, match="club_code_uses"):
        await codes.use(tx, row().digest)


async def test_a_void_code_says_since_when_and_by_whom(tx: Tx) -> None:
    await begin(tx)
    await codes.insert(tx, row())

    await codes.void(tx, row().digest, day(2), "staff:ann")

    found = await codes.lock(tx, CLUB, row().digest)
    assert found == row(voided_at=day(2))
    assert not found.stands(day(2))
    assert await tx.connection.fetchval("select voided_by from club_code") == "staff:ann"
