"""The id of a member who was merged answers for ever, as the id of who the member is now.

Two services have the same history: some members were merged into others. Of the one everything is
asked by the ids of the others, of the other one by the old ids. What they answer is the same, and
no answer names somebody who is another one now, but where it tells of the merge itself.
"""

import pathlib
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
import pytest

from service.verify.run import Options, verify
from tests.api.client import Service, serving
from tests.databases import Fresh
from tests.laws.naming import KEYED, NAMING, REQUESTS, keyed, named_in
from tests.laws.outsiders import Walk, enrolled

PROGRAM: Final = (pathlib.Path(__file__).parent / "old_ids.yaml").read_text()
# What tells of who was merged into whom: the receipts, and all that is held of a person.
TELLING: Final = {"merge_member", "unmerge_member", "export_member"}
NAMES: Final = ("me", "friend", "second", "third")


@pytest.fixture
async def both(database: Fresh, other_database: Fresh) -> AsyncIterator[tuple[Service, Service]]:
    """The same service twice."""
    async with (
        serving(database.url, program=PROGRAM) as one,
        serving(other_database.url, program=PROGRAM) as other,
    ):
        yield one, other


async def merge(service: Service, survivor: str, old: str) -> None:
    """One member is another one too."""
    answer = await service.admin.post(
        f"/v1/members/{survivor}/merge",
        json={"member": {"id": old}, "note": "the same person"},
        headers={"Idempotency-Key": f"merge-of-{old}"},
    )
    assert answer.status_code == 201, answer.text


async def unmerge(service: Service, old: str) -> None:
    """They are two again."""
    answer = await service.admin.post(
        f"/v1/members/{old}/unmerge",
        json={"note": "two after all"},
        headers={"Idempotency-Key": f"unmerge-of-{old}"},
    )
    assert answer.status_code == 201, answer.text


async def merged(service: Service) -> dict[str, str]:
    """Two members who had another card each, and more; ids by name, `old_` before who is merged."""
    cards = ("me", "old_me", "friend", "old_friend", "second", "third", "filler")
    ids = {name: await enrolled(service, name.upper()) for name in cards}
    for old, into in (("old_me", "me"), ("old_friend", "friend"), ("second", "me")):
        await merge(service, ids[into], ids[old])
    return ids


def test_every_operation_that_names_a_member_is_asked_wherever_it_does() -> None:
    asked: dict[str, set[str]] = {}
    for request in REQUESTS:
        asked.setdefault(request.operation, set()).update(named_in(request))

    missing = {name: places - asked.get(name, set()) for name, places in NAMING.items()}
    assert {name: places for name, places in missing.items() if places} == {}
    assert len(NAMING) > 60


async def test_an_old_id_is_answered_as_who_it_is_now(
    both: tuple[Service, Service], database: Fresh, other_database: Fresh
) -> None:
    said = [await merged(service) for service in both]
    old = {said[1]["old_me"], said[1]["old_friend"]}
    told: list[str] = []

    async def note(response: httpx.Response) -> None:
        told.append(response.text)

    both[1].admin.event_hooks["response"].append(note)
    by_old = {**said[1], "me": said[1]["old_me"], "friend": said[1]["old_friend"]}
    walks = [Walk(both[0], said[0]), Walk(both[1], by_old)]
    differing: list[Any] = []
    naming_old: list[str] = []
    done: set[str] = set()
    for request in REQUESTS:
        wanted, seen = [await walk.ask(request) for walk in walks]
        if not seen.is_like(wanted):
            differing.append((wanted, seen))
        if request.operation not in TELLING and any(one in told[-1] for one in old):
            naming_old.append(seen.request)
        if 200 <= seen.status < 300:
            done.add(request.operation)

    assert differing == []
    assert naming_old == []
    assert NAMING.keys() - done == set()
    for fresh in (database, other_database):
        report = await verify(fresh.jobs_url, Options(every=True))
        assert report.tally.named == []


async def sent_again(service: Service, asked: list[httpx.Response]) -> list[Any]:
    """What a request answers otherwise than before, or as if it were another one."""
    found: list[Any] = []
    for before in asked:
        request = before.request
        again = await service.admin.request(
            request.method, request.url, content=request.content, headers=request.headers
        )
        if (again.status_code, again.json()) != (200, before.json()):
            found.append((request.method, request.url.path, again.status_code, again.text))
    return found


@pytest.mark.parametrize("merged_first", [False, True])
async def test_under_its_key_a_request_answers_the_same_whoever_the_member_is_by_then(
    database: Fresh, *, merged_first: bool
) -> None:
    """Asked by an old id before or after the merge; sent again after it, and when it was undone."""
    asked: list[httpx.Response] = []

    async def note(response: httpx.Response) -> None:
        asked.append(response)

    async with serving(database.url, program=PROGRAM) as service:
        ids = {name: await enrolled(service, name.upper()) for name in ("now", *NAMES)}
        if merged_first:
            await merge(service, ids["now"], ids["me"])
        service.admin.event_hooks["response"].append(note)
        walk, done = Walk(service, ids), set()
        for request in keyed():
            seen = await walk.ask(request)
            assert 200 <= seen.status < 300, seen
            done.add(request.operation)
            if request.operation not in KEYED:
                asked.pop()
        service.admin.event_hooks["response"].remove(note)
        assert done >= KEYED

        assert await sent_again(service, asked) == []
        if not merged_first:
            await merge(service, ids["now"], ids["me"])
            assert await sent_again(service, asked) == []
        await unmerge(service, ids["me"])
        assert await sent_again(service, asked) == []
