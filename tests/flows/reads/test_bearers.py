"""Whom the subject of a token names."""

import uuid
from collections.abc import AsyncIterator

import pytest

from service.app import edge_of
from service.flows.reads.bearers import find_bearer
from service.flows.steps.context import Context
from tests.api.client import Service, serving
from tests.databases import Fresh
from tests.laws.outsiders import enrolled
from tests.laws.test_old_ids import PROGRAM, merge, unmerge


@pytest.fixture
async def service(database: Fresh) -> AsyncIterator[Service]:
    async with serving(database.url, program=PROGRAM, jobs=False) as found:
        yield found


def context(service: Service) -> Context:
    """That of the running service."""
    return edge_of(service.application).services.verbs.ctx


async def named(service: Service, subject: str, kind: str = "id") -> set[str] | None:
    """The ids of who is named, the current one among them."""
    found = await find_bearer(context(service), subject, kind)
    if found is None:
        return None
    assert found.member_id in found.ids
    return {str(one) for one in found.ids}


async def test_a_subject_is_an_id_or_an_identifier(service: Service) -> None:
    ann = await enrolled(service, "ANN")

    assert await named(service, ann) == {ann}
    assert await named(service, ann.upper()) == {ann}
    assert await named(service, "ann", "card") == {ann}
    assert await named(service, "ANN", "phone") is None


@pytest.mark.parametrize("subject", ["", "nobody", str(uuid.UUID(int=7)), "7" * 255])
async def test_nobody_is_nobody(service: Service, subject: str) -> None:
    assert await named(service, subject) is None
    assert await named(service, f"{{{await enrolled(service, 'ANN')}}}") is None


async def test_what_is_no_member_bears_no_token(service: Service) -> None:
    ann = await enrolled(service, "ANN")
    home = await service.admin.post("/v1/households", json={"head": ann})

    assert await named(service, home.json()["id"]) is None


async def test_who_was_merged_is_who_they_are_now_with_all_ids(service: Service) -> None:
    ann, old, older = [await enrolled(service, card) for card in ("ANN", "OLD", "OLDER")]
    await merge(service, old, older)
    await merge(service, ann, old)

    for subject in (ann, old, older):
        found = await find_bearer(context(service), subject, "id")
        assert found is not None
        assert (str(found.member_id), str(found.named)) == (ann, subject)
        assert {str(one) for one in found.ids} == {ann, old, older}
    assert await named(service, "OLDER", "card") == {ann, old, older}

    await unmerge(service, old)

    assert await named(service, old) == {old, older}
    assert await named(service, ann) == {ann}


async def test_who_was_erased_is_nobody(service: Service) -> None:
    ann = await enrolled(service, "ANN")
    gone = await service.admin.request(
        "POST",
        f"/v1/members/{ann}/erase",
        json={"note": "asked for it"},
        headers={"Idempotency-Key": "of-the-erasure"},
    )
    assert gone.is_success, gone.text

    assert await named(service, ann) is None
    assert await named(service, "ANN", "card") is None
