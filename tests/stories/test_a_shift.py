"""A shift at the till of waw-01: Ewa is a clerk, Adam and Iza are supervisors, Ola is a member.

Ola's points: 40 for 40.00 EUR that Ewa attaches, 300 that Adam gives alone, 600 that he asks for
and Iza approves, 200 that he gives by mistake and takes back: 940. Adam may give 500 at once and
800 a day alone; he is a member too, and gives himself nothing.
"""

import contextlib
import pathlib
from collections.abc import AsyncIterator
from typing import Any

import httpx

from service.app import edge_of
from service.domain.access.codes import Mode
from service.flows.keys.create_key import create_key
from tests.databases import Fresh
from tests.stories.conftest import Shop, opened

PROGRAM = pathlib.Path(__file__).with_name("shift.yaml")
FIRST = "738205"  # of everybody, set by the office
PINS = {"waw-117": "640283", "waw-118": "905174", "waw-119": "551903"}
EWA, ADAM, IZA = PINS


class Shift:
    """The till, who is signed in there, and Ola."""

    def __init__(self, shop: Shop, till: httpx.AsyncClient) -> None:
        self.shop = shop
        self.till = till
        self.tokens: dict[str, str] = {}
        self.ola = ""

    async def choose_pin(self, login: str) -> None:
        """The first thing anybody does: what they get with the first PIN is good for no more."""
        body = {"login": login, "pin": FIRST, "device": "till-3"}
        signed = (await self.till.post("/v1/staff/sign-in", json=body)).json()
        assert (signed["must_change_secret"], signed["scopes"]) == (True, ["staff:sign-in"])
        changed = await self.till.post("/v1/staff/secret", json=body | {"new_pin": PINS[login]})
        assert changed.status_code == 200, changed.text

    async def sign_in(self, login: str, device: str) -> None:
        """Somebody types their PIN."""
        body = {"login": login, "pin": PINS[login], "device": device}
        answer = await self.till.post("/v1/staff/sign-in", json=body)
        assert answer.status_code == 200, answer.text
        self.tokens[login] = answer.json()["token"]

    async def ask(self, login: str, path: str, body: Any, key: str = "") -> httpx.Response:
        """Somebody does something at the till."""
        headers = {"Regulars-Staff": self.tokens[login]}
        if key:
            headers["Idempotency-Key"] = key
        return await self.till.post(path, json=body, headers=headers)

    async def adjust(self, login: str, amount: int, key: str, member: str = "") -> httpx.Response:
        """Somebody gives points."""
        body = {"wallet": "points", "amount": amount, "code": "late", "reason": "for the wait"}
        return await self.ask(login, f"/v1/members/{member or self.ola}/adjustments", body, key)

    async def points(self) -> int:
        """What Ola has."""
        answer = await self.shop.app.get(f"/v1/members/{self.ola}/wallets")
        found: int = answer.json()["wallets"]["points"]["balance"]["available"]
        return found


@contextlib.asynccontextmanager
async def begun(database: Fresh) -> AsyncIterator[tuple[Shift, str]]:
    """A shift on a Monday at noon, everybody hired; and the member Adam is."""
    async with opened(database, PROGRAM) as shop:
        await shop.today("2027-03-01T12:00:00Z")
        db = edge_of(shop.service.application).services.verbs.ctx.db
        key = await create_key(db, "pos", "tills of waw-01", store="waw-01", mode=Mode.TEST)
        people = [
            await shop.admin.post(
                "/v1/members", json={"identifiers": [{"kind": "card", "value": n}]}
            )
            for n in ("4012001", "4012002")
        ]
        ola, adam = [one.json()["id"] for one in people]
        roles = {EWA: ("clerk", None), ADAM: ("supervisor", adam), IZA: ("supervisor", None)}
        for login, (role, member) in roles.items():
            body = {"login": login, "role": role, "stores": ["waw-01"], "pin": FIRST}
            if member is not None:
                body["member"] = member
            assert (await shop.admin.post("/v1/staff/accounts", json=body)).status_code == 201
        async with shop.service.client(key) as till:
            shift = Shift(shop, till)
            for login in PINS:
                await shift.choose_pin(login)
            shift.ola = ola
            yield shift, adam


async def test_everybody_does_what_they_may_and_no_more(database: Fresh) -> None:
    async with begun(database) as (shift, adam):
        await shift.sign_in(EWA, "till-3")
        bought = await shift.ask(
            EWA,
            "/v1/purchases",
            {
                "channel": "pos", "external_id": "waw-01/3/000482", "currency": "EUR",
                "lines": [{"sku": "BEANS", "amount": 4000}],
            },
        )  # fmt: skip
        attached = await shift.ask(
            EWA,
            f"/v1/purchases/{bought.json()['id']}/member",
            {"member": {"id": shift.ola}, "reason": "the card was at home"},
        )
        assert (bought.status_code, attached.status_code) == (201, 201), attached.text
        assert await shift.points() == 40
        assert (await shift.adjust(EWA, 300, "ewa-0001")).json()["scope"] == "points:adjust"

        await shift.sign_in(ADAM, "till-3")
        await shift.sign_in(IZA, "till-4")
        assert (await shift.adjust(ADAM, 300, "adam-001")).status_code == 201
        asked = await shift.adjust(ADAM, 600, "adam-002")
        assert asked.status_code == 202, asked.text
        assert await shift.points() == 340

        approve = f"{asked.headers['location']}/approve"
        by_himself = await shift.till.post(approve, headers={"Regulars-Staff": shift.tokens[ADAM]})
        assert by_himself.status_code == 403
        by_nobody = await shift.till.post(approve)
        assert (by_nobody.status_code, by_nobody.json()["scope"]) == (403, "approvals:decide")
        by_iza = await shift.till.post(approve, headers={"Regulars-Staff": shift.tokens[IZA]})
        assert by_iza.status_code == 200, by_iza.text
        assert await shift.points() == 940

        mistake = await shift.adjust(ADAM, 200, "adam-003")
        assert (mistake.status_code, await shift.points()) == (201, 1_140)
        undone = await shift.ask(
            ADAM, f"/v1/operations/{mistake.json()['id']}/undo", {"reason": "another member"}
        )
        assert (undone.status_code, await shift.points()) == (201, 940)

        for_himself = await shift.adjust(ADAM, 100, "adam-004", member=adam)
        assert (for_himself.status_code, for_himself.json()["code"]) == (403, "own-wallet")
        by_ewa = await shift.adjust(EWA, 100, "ewa-0002", member=adam)
        assert by_ewa.json()["code"] == "scope-missing"
        assert (await shift.adjust(IZA, 100, "iza-0001", member=adam)).status_code == 201


async def test_what_was_done_tells_who_did_it_where(database: Fresh) -> None:
    async with begun(database) as (shift, _):
        await shift.sign_in(ADAM, "till-3")
        await shift.sign_in(IZA, "till-4")
        alone = (await shift.adjust(ADAM, 300, "adam-001")).json()["id"]
        asked = await shift.adjust(ADAM, 600, "adam-002")
        iza = {"Regulars-Staff": shift.tokens[IZA]}
        approved = await shift.till.post(f"{asked.headers['location']}/approve", headers=iza)

        told = []
        for operation in (alone, approved.json()["operation_id"]):
            found = (await shift.till.get(f"/v1/operations/{operation}", headers=iza)).json()
            told.append((found["actor"], found.get("approved_by"), found["store"], found["device"]))
        here = ("waw-01", "till-3")
        assert told == [(f"staff:{ADAM}", None, *here), (f"staff:{ADAM}", f"staff:{IZA}", *here)]


async def test_a_shift_ends_after_eight_hours_or_when_somebody_goes(database: Fresh) -> None:
    async with begun(database) as (shift, _):
        await shift.sign_in(ADAM, "till-3")
        await shift.sign_in(IZA, "till-4")
        token = {"token": shift.tokens[IZA]}
        assert (await shift.till.post("/v1/staff/sign-out", json=token)).status_code == 200
        assert (await shift.adjust(IZA, 100, "iza-0001")).json()[
            "code"
        ] == "staff-token-not-accepted"

        await shift.shop.today("2027-03-01T20:15:00Z")
        late = await shift.adjust(ADAM, 100, "adam-001")
        assert (late.status_code, late.json()["code"]) == (401, "staff-token-not-accepted")
        await shift.sign_in(ADAM, "till-3")
        assert (await shift.adjust(ADAM, 100, "adam-001")).status_code == 201
