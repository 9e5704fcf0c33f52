"""Segments over HTTP: who may read them, languages, pages."""

from tests.api.client import Service


async def test_whoever_may_read_segments_lists_them_and_their_members(service: Service) -> None:
    listed = await service.admin.get("/v1/segments", headers={"Accept-Language": "pl"})

    assert listed.status_code == 200
    assert "items" in listed.json()
    for one in listed.json()["items"]:
        members = await service.admin.get(f"/v1/segments/{one['id']}/members", params={"limit": 1})
        assert (members.status_code, members.json()) == (200, {"items": [], "next": None})


async def test_no_role_but_an_admin_reads_segments(service: Service) -> None:
    for client in (service.checkout, service.app, service.pos):
        for path in ("/v1/segments", "/v1/segments/any/members"):
            refused = await client.get(path)
            assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")


async def test_an_unknown_segment_is_404_and_a_wrong_cursor_400(service: Service) -> None:
    unknown = await service.admin.get("/v1/segments/none/members")
    wrong = await service.admin.get("/v1/segments/none/members", params={"cursor": "x"})
    large = await service.admin.get("/v1/segments/none/members", params={"limit": 1001})

    assert (unknown.status_code, unknown.json()["code"]) == (404, "segment-not-found")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "cursor-invalid")
    assert large.status_code == 400
