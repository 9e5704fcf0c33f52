"""Members in clubs and on their waiting lists, over HTTP."""

import asyncio
from typing import Any, Final

from tests.api.client import Service

PART: Final = 25  # asked for together


async def enrolled(service: Service, name: str, count: int) -> list[str]:
    """The ids of so many new members, with cards of that name."""

    async def one(number: int) -> str:
        body = {"identifiers": [{"kind": "card", "value": f"{name}-{number}"}]}
        answer = await service.admin.post("/v1/members", json=body)
        assert answer.status_code == 201, answer.text
        found: str = answer.json()["id"]
        return found

    return list(await asyncio.gather(*(one(number) for number in range(count))))


async def let_in(service: Service, club: str, member: str, note: str = "by hand") -> int:
    """Staff let somebody in; answers the status."""
    body = {"member": {"id": member}, "note": note}
    answer = await service.admin.post(f"/v1/clubs/{club}/members", json=body)
    assert answer.status_code in {200, 409}, answer.text
    return answer.status_code


async def invited(service: Service, club: str, member: str) -> Any:
    """The invitation of a member, by staff."""
    body = {"member": {"id": member}}
    answer = await service.admin.post(f"/v1/clubs/{club}/invitations", json=body)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def taken(service: Service, club: str) -> None:
    """New members are in the club until there is no free seat."""
    part, came = 0, {200}
    while 409 not in came:
        members = await enrolled(service, f"{club}-{part}", PART)
        part += 1
        came = set(await asyncio.gather(*(let_in(service, club, one) for one in members)))
