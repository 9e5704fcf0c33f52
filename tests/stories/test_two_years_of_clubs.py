"""Ola, Piotr and Zoe for two years: clubs of every way in, segments, and what happens besides."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.app import edge_of
from service.jobs.clock import JOBS
from service.verify.run import Options, verify
from tests.databases import Fresh
from tests.stories.conftest import PROGRAM, Shop, opened

Body = dict[str, Any]
FIRED = "trigger.fired"


@pytest.fixture
async def shop(database: Fresh) -> AsyncIterator[Shop]:
    """A shop with clubs, on a fresh database, whose whole ledger adds up at the end."""
    async with opened(database, PROGRAM.with_name("clubs.yaml")) as found:
        yield found
    report = await verify(database.jobs_url, Options(every=True))
    assert report.tally.named == []


async def jobs(shop: Shop) -> None:
    """All jobs, until none of them finds anything to do."""
    ctx = edge_of(shop.service.application).services.verbs.ctx
    again = True
    while again:
        again = False
        for name, (job, _) in JOBS.items():
            again = bool(await job(ctx)) or again
            assert name


async def told(shop: Shop, member: str, kind: str) -> list[tuple[str, Body]]:
    """(time, data) of the member's events of a kind, in order."""
    ctx = edge_of(shop.service.application).services.verbs.ctx
    async with ctx.db.reading() as tx:
        rows = await tx.connection.fetch(
            "select body from outbox where holder_id = $1 and type = $2 order by version",
            member,
            f"regulars.{kind}.v1",
        )
    bodies = [json.loads(row[0]) for row in rows]
    return [(body["time"], body["data"]) for body in bodies]


async def available(shop: Shop, member: str) -> int:
    answer = await shop.app.get(f"/v1/members/{member}/wallets")
    found: int = answer.json()["wallets"]["points"]["balance"]["available"]
    return found


async def enrol(shop: Shop, card: str, **profile: str) -> str:
    body = {"identifiers": [{"kind": "card", "value": card}], "profile": profile}
    answer = await shop.app.post("/v1/members", json=body)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


async def buy(shop: Shop, card: str, number: str, minor: int, **more: Any) -> Body:
    body = {
        "channel": "pos",
        "external_id": number,
        "currency": "EUR",
        "member": [{"kind": "card", "value": card}],
        "lines": [{"sku": "HOUSE", "amount": minor, "brand": "house"}],
        **more,
    }
    answer = await shop.pos.post("/v1/purchases", json=body)
    assert answer.status_code == 201, answer.text
    found: Body = answer.json()
    return found


def problem(answer: Any) -> Body:
    """All of it but what each request has of its own."""
    found: Body = answer.json()
    return {name: value for name, value in found.items() if name != "request_id"}


async def post(client: Any, path: str, status: int, **body: Any) -> Body:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    found: Body = answer.json()
    return found


async def clubs_of(shop: Shop, member: str) -> list[str]:
    """The clubs an app shows that the member belongs to."""
    answer = await shop.app.get(f"/v1/members/{member}/clubs")
    assert answer.status_code == 200, answer.text
    return [one["club"] for one in answer.json().get("clubs", [])]


async def seen_by(shop: Shop, member: str) -> list[str]:
    """The clubs the member may know of."""
    answer = await shop.app.get("/v1/clubs", params={"member_id": member})
    return [one["id"] for one in answer.json()["items"]]


async def test_two_years(shop: Shop) -> None:
    await shop.today("2027-01-10T10:00:00Z")
    ola = await enrol(shop, "O", birth_date="1992-02-29")
    piotr = await enrol(shop, "P")
    zoe = await enrol(shop, "Z")
    assert [await available(shop, one) for one in (ola, piotr, zoe)] == [50, 50, 50]
    await ola_climbs_and_is_let_in(shop, ola)
    await ola_lets_piotr_in(shop, ola, piotr)
    await zoe_waits(shop, zoe)
    await birthdays_and_silence_come_late_and_are_right(shop, ola)
    await piotrs_seat_is_zoes(shop, piotr, zoe)
    await a_till_was_offline_while_piotr_was_in(shop)
    await zoe_writes_reviews(shop, zoe)
    await piotr_turns_out_to_be_two(shop, piotr)
    await a_term_ends_without_a_job(shop, zoe)
    await gold_ends_and_with_it_the_table(shop, ola)
    await zoe_is_banned(shop, zoe)
    await piotr_pays(shop, piotr)
    await points_are_about_to_lapse(shop, ola)


async def ola_climbs_and_is_let_in(shop: Shop, ola: str) -> None:
    """600 EUR: gold, which gives 200; gold lets her in at the table, which gives 30."""
    await shop.today("2027-01-11T10:00:00Z")
    first = await buy(shop, "O", "r-1", 60000)
    assert first["discount"] == 0, "nobody pays club prices with what opens the club"
    assert [one["trigger"] for one in first["also"]] == ["tier_change:main", "club_join:table"]
    assert first["badges"] == ["golden"]
    assert first["clubs"] == {"table": "joined"}
    assert first["wallets"]["points"]["available"] == 50 + 600 + 200 + 30
    ((_, recorded),) = await told(shop, ola, "purchase.recorded")
    assert recorded["wallets"]["points"]["available"] == 880
    assert (recorded["badges"], recorded["clubs"]) == (["golden"], {"table": "joined"})
    ((_, entered),) = await told(shop, ola, "segment.entered")
    assert entered == {"segment": "big"}
    second = await buy(shop, "O", "r-2", 10000)
    assert (second["discount"], second["total"]) == (1000, 9000)
    assert await available(shop, ola) == 970


async def ola_lets_piotr_in(shop: Shop, ola: str, piotr: str) -> None:
    """Who is no member of the table is told of no such club; an invitation tells them."""
    assert await seen_by(shop, piotr) == ["circle"]
    hidden = await shop.app.get("/v1/clubs/table", params={"member_id": piotr})
    unknown = await shop.app.get("/v1/clubs/nowhere", params={"member_id": piotr})
    assert (hidden.status_code, problem(hidden)) == (404, problem(unknown))
    path = "/v1/clubs/table"
    await post(shop.app, f"{path}/invitations", 201, member={"id": piotr}, by=ola)
    assert await seen_by(shop, piotr) == ["table", "circle"]
    joined = await post(shop.app, f"{path}/join", 200, member=piotr)
    assert joined["state"] == "member"
    await jobs(shop)
    assert await available(shop, piotr) == 80


async def zoe_waits(shop: Shop, zoe: str) -> None:
    """Two seats are two seats: who is invited without one waits, and who would pay is refused."""
    full = await shop.app.post("/v1/clubs/table/payments/offers", json={"member": zoe})
    assert full.status_code == 404, "of a hidden club an outsider is told nothing"
    await post(shop.admin, "/v1/clubs/table/invitations", 201, member={"id": zoe})
    waiting = await post(shop.app, "/v1/clubs/table/join", 200, member=zoe)
    assert waiting["state"] == "waiting"
    assert await clubs_of(shop, zoe) == []


async def birthdays_and_silence_come_late_and_are_right(shop: Shop, ola: str) -> None:
    """The jobs slept until 20 March: each thing has its own time all the same."""
    await shop.today("2027-03-20T10:00:00Z")
    await jobs(shop)
    assert await available(shop, ola) == 970 + 100
    fired = {data["trigger"]: data["occurred_at"] for _, data in await told(shop, ola, FIRED)}
    assert fired["birthday"] == "2027-02-27T23:00:00Z", "the 28th, for there is no 29th"
    # 60 days after her last purchase, on 11 January at eleven in Warsaw
    assert fired["segment_enter:drifting"][:16] == "2027-03-12T10:00"
    ((at, announced),) = await told(shop, ola, "campaign.announced")
    assert (at[:16], announced["name"]) == ("2027-03-12T10:00", "winback")
    assert announced["data"] == {"reason": "drifting"}
    (coupon,) = (await shop.app.get(f"/v1/members/{ola}/coupons")).json()["items"]
    assert coupon["template"] == "BACK5"
    ((left, _),) = await told(shop, ola, "segment.left")
    assert left[:16] == "2027-02-10T10:00", "big for 30 days"
    await jobs(shop)
    assert await available(shop, ola) == 1070


async def piotrs_seat_is_zoes(shop: Shop, piotr: str, zoe: str) -> None:
    """He leaves; she waits longest, and takes what she is offered."""
    await shop.today("2027-03-21T10:00:00Z")
    await post(shop.app, "/v1/clubs/table/leave", 200, member=piotr)
    offered = (await shop.app.get(f"/v1/members/{zoe}/clubs")).json()["offers"]
    assert [(one["club"], one.get("seat_kept", True)) for one in offered] == [("table", True)]
    joined = await post(shop.app, "/v1/clubs/table/join", 200, member=zoe)
    assert joined["state"] == "member"
    await jobs(shop)
    assert await clubs_of(shop, zoe) == ["table"]
    assert await available(shop, zoe) == 50 + 30
    assert await seen_by(shop, piotr) == ["circle"]


async def a_till_was_offline_while_piotr_was_in(shop: Shop) -> None:
    """What he bought as a member has its price; what he buys now does not."""
    await shop.today("2027-03-22T10:00:00Z")
    late = await buy(shop, "P", "off-1", 5000, mode="record", occurred_at="2027-03-20T12:00:00Z")
    assert (late["discount"], late["earned"][0]["amount"]) == (500, 45)
    now = await buy(shop, "P", "r-3", 5000)
    assert (now["discount"], now["earned"][0]["amount"]) == (0, 50)


async def zoe_writes_reviews(shop: Shop, zoe: str) -> None:
    """20 points a week, for four stars at least; told twice it counts once."""
    await shop.today("2027-03-23T10:00:00Z")
    before = await available(shop, zoe)
    for number, stars, status in ((1, 3, 201), (2, 5, 201), (2, 5, 200), (3, 4, 201)):
        body = {
            "source": "reviews",
            "external_id": f"review-{number}",
            "name": "review-written",
            "member": {"id": zoe},
            "attributes": {"stars": stars},
        }
        answer = await shop.checkout.post("/v1/activities", json=body)
        assert answer.status_code == status, answer.text
    assert await available(shop, zoe) == before + 20


async def once(client: Any, path: str, **body: Any) -> Body:
    """A request under an idempotency key; sent again it answers the same."""
    key = {"Idempotency-Key": path.replace("/", ".")}
    first = await client.post(path, json=body, headers=key)
    again = await client.post(path, json=body, headers=key)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    found: Body = first.json()
    assert again.json() == found
    return found


async def piotr_turns_out_to_be_two(shop: Shop, piotr: str) -> None:
    """A second card is merged into his; it is his father's, so all of that is undone."""
    await shop.today("2027-03-24T10:00:00Z")
    twin = await enrol(shop, "P2")
    await buy(shop, "P2", "r-20", 20000)
    asked = await post(shop.app, "/v1/clubs/circle/applications", 201, member=twin, words="me too")
    path = f"/v1/clubs/circle/applications/{asked['id']}/decide"
    await post(shop.admin, path, 200, decision="approved")
    await jobs(shop)
    his, theirs = await available(shop, piotr), await available(shop, twin)
    assert theirs == 50 + 200

    card = [{"kind": "card", "value": "P2"}]
    merged = await once(shop.admin, f"/v1/members/{piotr}/merge", member=card, note="one phone")
    assert merged["merged_id"] == twin
    assert merged["moved"] == [
        {"wallet": "points", "amount": 250},
        {"wallet": "status", "amount": 200},
    ]
    assert await available(shop, piotr) == await available(shop, twin) == his + theirs
    assert await clubs_of(shop, piotr) == await clubs_of(shop, twin) == ["circle"]
    for member in (piotr, twin):
        ((_, data),) = await told(shop, member, "member.merged")
        assert (data["member_id"], data["into_id"]) == (twin, piotr)
    bought = [await buy(shop, "P2", "r-21", 1000), await buy(shop, "P", "r-22", 3000)]
    assert [one["member_id"] for one in bought] == [piotr, piotr]
    await jobs(shop)
    assert await available(shop, twin) == his + theirs + 40

    undone = await once(shop.admin, f"/v1/members/{twin}/unmerge", note="father and son")
    assert (undone["undoes"], undone["purchases"]) == (merged["id"], 2)
    await jobs(shop)
    assert (await available(shop, piotr), await available(shop, twin)) == (his + 30, theirs + 10)
    assert (await clubs_of(shop, piotr), await clubs_of(shop, twin)) == ([], ["circle"])
    back = {
        "channel": "pos",
        "external_id": "back-1",
        "purchase": {"channel": "pos", "external_id": "r-20"},
    }
    await post(shop.pos, "/v1/returns", 201, **back)
    assert (await available(shop, piotr), await available(shop, twin)) == (his + 30, 50 + 10)


async def a_term_ends_without_a_job(shop: Shop, zoe: str) -> None:
    """She asks to be let into the circle, is, and six months later is in it no more."""
    await shop.today("2027-04-01T10:00:00Z")
    asked = await post(
        shop.app, "/v1/clubs/circle/applications", 201, member=zoe, words="I like coffee"
    )
    path = f"/v1/clubs/circle/applications/{asked['id']}/decide"
    decided = await post(shop.admin, path, 200, decision="approved")
    assert decided["state"] == "approved"
    assert await clubs_of(shop, zoe) == ["table", "circle"]
    await shop.today("2027-10-01T09:59:00Z")
    assert await clubs_of(shop, zoe) == ["table", "circle"]
    await shop.today("2027-10-01T10:01:00Z")
    assert await clubs_of(shop, zoe) == ["table"]
    assert await told(shop, zoe, "club.left") == []
    await jobs(shop)
    ((at, data),) = await told(shop, zoe, "club.left")
    assert at[:16] == "2027-10-01T10:00"
    assert data == {"club": "circle", "why": "lapsed"}


async def gold_ends_and_with_it_the_table(shop: Shop, ola: str) -> None:
    """A year after the purchase that made her gold; the price is another without any job."""
    await shop.today("2028-01-12T10:00:00Z")
    bought = await buy(shop, "O", "r-4", 10000)
    assert (bought["discount"], bought["tier"]["main"]["id"]) == (0, "bronze")
    await jobs(shop)
    assert await clubs_of(shop, ola) == []
    ((_, data),) = await told(shop, ola, "club.left")
    assert data == {"club": "table", "why": "rule"}
    # 90 (r-2), the birthday, the anniversary and this purchase are hers besides
    assert await available(shop, ola) == 1070 + 10 + 100
    await shop.today("2028-03-01T10:00:00Z")
    await jobs(shop)
    birthdays = [d for _, d in await told(shop, ola, FIRED) if d["trigger"] == "birthday"]
    assert birthdays[-1]["occurred_at"] == "2028-02-28T23:00:00Z", "the 29th, where there is one"


async def zoe_is_banned(shop: Shop, zoe: str) -> None:
    """No prices, no way in, and nothing to be seen of the table."""
    await shop.today("2028-06-01T10:00:00Z")
    assert (await buy(shop, "Z", "r-5", 1000))["discount"] == 100
    await post(shop.admin, "/v1/clubs/table/ban", 200, member={"id": zoe}, note="resold cards")
    assert (await buy(shop, "Z", "r-6", 1000))["discount"] == 0
    assert await seen_by(shop, zoe) == ["circle"]
    await post(shop.app, "/v1/clubs/table/join", 404, member=zoe)


async def piotr_pays(shop: Shop, piotr: str) -> None:
    """A term for its price; paid again it follows; told twice it is one."""
    await shop.today("2028-06-02T10:00:00Z")
    path, who = "/v1/clubs/table/payments", {"id": piotr}
    before = await available(shop, piotr)
    wrong = {"member": who, "reference": "p-1", "amount": 2800, "currency": "EUR"}
    await post(shop.admin, path, 422, **wrong)
    paid = {**wrong, "amount": 2900}
    first = await post(shop.admin, path, 201, **paid)
    assert first["until"][:10] == "2029-06-02"
    assert await post(shop.admin, path, 200, **paid) == first
    renewed = await post(shop.admin, path, 201, **{**paid, "reference": "p-2"})
    assert (renewed["since"], renewed["until"][:10]) == (first["until"], "2030-06-02")
    await jobs(shop)
    assert await available(shop, piotr) == before + 30
    assert (await buy(shop, "P", "r-7", 1000))["discount"] == 100


async def points_are_about_to_lapse(shop: Shop, ola: str) -> None:
    """Two years after she began, 14 days before the first points lapse."""
    await shop.today("2028-12-28T10:00:00Z")
    await jobs(shop)
    lapsing = [d for _, d in await told(shop, ola, FIRED) if d["trigger"][:6] == "points"]
    # 50 of her first day and all of her second: each of the two days is told, once
    assert [one["trigger"] for one in lapsing] == ["points_expiring:points:14 days"] * 2
    assert [d["name"] for _, d in await told(shop, ola, "campaign.announced")][-1] == "points-lapse"
