"""Reading clubs over HTTP: who may, and what a hidden one looks like to whom."""

import pytest

from tests.api.client import Service
from tests.api.members_of_clubs import invited, let_in
from tests.api.test_transfers import NOBODY, member


async def test_a_hidden_club_and_an_unknown_one_are_answered_alike(service: Service) -> None:
    eve = await member(service, "1")
    found = []
    for name in ("roasters", "roasterz"):
        for query in ("", f"?member_id={eve}"):
            answer = await service.app.get(f"/v1/clubs/{name}{query}")
            found.append((answer.status_code, answer.json() | {"request_id": ""}))

    assert {one[0] for one in found} == {404}
    assert all(one == found[0] for one in found)


async def test_the_app_shows_a_members_clubs_and_offers_in_their_language(service: Service) -> None:
    ola, jan = await member(service, "1"), await member(service, "2")
    await let_in(service, "roasters", ola)
    await invited(service, "roasters", jan)
    polish = {"Accept-Language": "pl"}

    own = (await service.app.get(f"/v1/members/{ola}/clubs", headers=polish)).json()
    offered = (await service.app.get(f"/v1/members/{jan}/clubs", headers=polish)).json()
    listed = (await service.pos.get(f"/v1/clubs?member_id={jan}", headers=polish)).json()

    assert own["clubs"][0]["title"] == {"pl": "Stół palaczy kawy"}
    assert (own["clubs"][0]["club"], own["clubs"][0]["invitations_left"]) == ("roasters", 2)
    assert [(one["club"], one["by"]) for one in offered["offers"]] == [("roasters", "staff")]
    assert [(one["id"], one["state"]) for one in listed["items"]] == [
        ("roasters", "offered"),
        ("cuppers", "outside"),
    ]


@pytest.mark.parametrize("part", ["members", "history", "waiting", "applications"])
async def test_lists_of_a_club_are_for_those_who_manage_it(service: Service, part: str) -> None:
    ola = await member(service, "1")
    await let_in(service, "roasters", ola)

    answer = await service.admin.get(f"/v1/clubs/roasters/{part}?limit=1")

    assert (answer.status_code, answer.json()["next"]) == (200, None)
    assert len(answer.json()["items"]) == (1 if part in {"members", "history"} else 0)
    assert (await service.app.get(f"/v1/clubs/roasters/{part}")).status_code == 403
    assert (await service.admin.get(f"/v1/clubs/none/{part}")).status_code == 404
    assert (await service.admin.get(f"/v1/clubs/roasters/{part}?cursor=x")).status_code == 400


async def test_nobodys_clubs_are_404(service: Service) -> None:
    assert (await service.app.get(f"/v1/members/{NOBODY}/clubs")).status_code == 404
    assert (await service.app.get(f"/v1/clubs?member_id={NOBODY}")).status_code == 404
