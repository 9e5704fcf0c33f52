"""Members by tokens of the shop's own sign-in."""

import datetime as dt
import time
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx
import pytest

from service.api import lookups
from service.app import edge_of
from tests.api.client import Service, serving
from tests.api.tables import contents
from tests.databases import Fresh
from tests.issuer import AUDIENCE, Issuer, issuing, unsigned
from tests.laws.outsiders import NOBODY, basket, enrolled
from tests.laws.test_old_ids import PROGRAM, merge
from tests.redis_server import RedisServer


class Shop(NamedTuple):
    """A service with an issuer, and two members."""

    service: Service
    issuer: Issuer
    ann: str
    bob: str

    def client(self, member: str, **claims: Any) -> httpx.AsyncClient:
        """With a token of the member."""
        return self.service.client(self.issuer.token(sub=member, **claims))


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with issuing() as found:
        yield found


def settings(issuer: Issuer, **more: Any) -> dict[str, Any]:
    """Those of members' tokens."""
    return {
        "member_token_issuer": issuer.url,
        "member_token_audience": AUDIENCE,
        "member_token_jwks_url": issuer.jwks_url,
        **more,
    }


@pytest.fixture
async def shop(database: Fresh, issuer: Issuer) -> AsyncIterator[Shop]:
    async with serving(
        database.url, program=PROGRAM, jobs=False, **settings(issuer, step_up_units=40)
    ) as service:
        ann, bob = [await enrolled(service, card) for card in ("ANN", "BOB")]
        yield Shop(service, issuer, ann, bob)


def long_ago() -> int:
    return int(time.time()) - 601  # noqa: TID251  # an issuer is no part of us


async def test_a_member_reads_their_own_home(shop: Shop) -> None:
    answer = await shop.client(shop.ann).get(f"/v1/members/{shop.ann}/home")

    assert answer.status_code == 200


async def test_another_member_is_unknown(shop: Shop) -> None:
    mine = shop.client(shop.bob)
    seen, wanted = [await mine.get(f"/v1/members/{one}") for one in (shop.ann, NOBODY)]

    assert seen.status_code == wanted.status_code == 404
    assert seen.json() | {"request_id": ""} == wanted.json() | {"request_id": ""}


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": NOBODY},
        {"sub": "ann"},
        {"aud": "another"},
        {"iss": "https://another.example"},
        {"exp": long_ago()},
        {"iat": long_ago() + 3600},
        {"iat": long_ago() - 3600},
        {"nbf": long_ago() + 3600},
        {"exp": None},
    ],
)
async def test_a_token_that_is_not_good_is_refused(shop: Shop, claims: dict[str, Any]) -> None:
    token = shop.issuer.token(**{"sub": shop.ann, **claims})
    answer = await shop.service.client(token).get(f"/v1/members/{shop.ann}")

    assert (answer.status_code, answer.json()["code"]) == (401, "member-token-not-accepted")
    assert answer.headers["www-authenticate"].endswith('error="invalid_token"')


async def test_a_forged_token_is_refused(shop: Shop) -> None:
    claims = shop.issuer.claims(sub=shop.ann)
    for header in ({"alg": "none", "kid": "es256-1"}, {"alg": "HS256", "kid": "es256-1"}):
        answer = await shop.service.client(unsigned(header, claims)).get(f"/v1/members/{shop.ann}")
        assert answer.status_code == 401


async def test_a_token_is_remembered_and_no_longer_than_it_is_good(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "KNOWN_SECONDS", 10**6)
    services = edge_of(shop.service.application).services
    members = services.keyring._members
    assert members is not None
    mine = shop.client(shop.ann)
    header = mine.headers["authorization"].encode()
    assert members.remembered(header) is None

    assert (await mine.get(f"/v1/members/{shop.ann}")).status_code == 200

    assert members.remembered(header) is not None
    (known,) = members._actors._known.values()
    assert 600 < known.until - time.monotonic() < 661


async def test_time_is_judged_by_the_clock_of_the_database(shop: Shop) -> None:
    db = edge_of(shop.service.application).services.verbs.ctx.db
    db.clock_offset = dt.timedelta(minutes=12)
    answer = await shop.client(shop.ann).get(f"/v1/members/{shop.ann}")

    assert answer.status_code == 401


async def test_while_keys_cannot_be_had_nobody_is_refused_for_good(shop: Shop) -> None:
    shop.issuer.is_down = True
    answer = await shop.client(shop.ann).get(f"/v1/members/{shop.ann}")

    assert (answer.status_code, answer.json()["code"]) == (503, "issuer-unavailable")
    assert "retry-after" in answer.headers
    assert (await shop.service.app.get(f"/v1/members/{shop.ann}")).status_code == 200


async def test_the_ids_of_whoever_was_merged_are_the_members_own(shop: Shop) -> None:
    await merge(shop.service, shop.ann, shop.bob)

    for subject in (shop.ann, shop.bob):
        for path in (shop.ann, shop.bob):
            answer = await shop.client(subject).get(f"/v1/members/{path}")
            assert (answer.status_code, answer.json()["id"]) == (200, shop.ann)


async def test_a_member_may_be_named_by_what_the_shop_calls_them(
    database: Fresh, issuer: Issuer
) -> None:
    more = settings(issuer, member_token_subject="card")
    async with serving(database.url, program=PROGRAM, jobs=False, **more) as service:
        ann = await enrolled(service, "ANN")
        answer = await service.client(issuer.token(sub="ann")).get(f"/v1/members/{ann}")

    assert answer.status_code == 200


async def test_nobody_is_signed_in_at_the_device_of_a_member(shop: Shop) -> None:
    mine = shop.client(shop.ann)
    for staff in ("", "rgs_x", shop.issuer.token(sub="waw-117")):
        answer = await mine.get(f"/v1/members/{shop.ann}", headers={"Regulars-Staff": staff})
        assert (answer.status_code, answer.json()["code"]) == (401, "staff-token-not-accepted")


async def test_without_an_issuer_a_token_is_no_key(database: Fresh, issuer: Issuer) -> None:
    async with serving(database.url, program="", jobs=False) as service:
        answer = await service.client(issuer.token(sub=NOBODY)).get(f"/v1/members/{NOBODY}")

    assert (answer.status_code, answer.json()["code"]) == (401, "key-not-accepted")
    assert issuer.asked == 0


async def test_who_signed_in_long_ago_gives_nothing_away(shop: Shop, database: Fresh) -> None:
    mine = shop.client(shop.ann, auth_time=long_ago())
    key = {"Idempotency-Key": "of-the-present"}
    units = {"to": {"id": shop.bob}, "wallet": "points", "amount": 10, "reason": "a present"}
    transfer, cup = f"/v1/members/{shop.ann}/transfers", f"/v1/members/{shop.ann}/redemptions"
    mail = {"add": [{"kind": "email", "value": "a@example.org"}]}
    before = await contents(database.owner_url)

    refused = [
        await mine.post(transfer, json=units, headers=key),
        await mine.post(cup, json={"reward": "cup"}, headers=key),
        await mine.patch(f"/v1/members/{shop.ann}", json=mail),
    ]

    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (401, "step-up-required")
        wanted = 'error="insufficient_user_authentication", max_age=600'
        assert wanted in answer.headers["www-authenticate"]
    assert await contents(database.owner_url) == before

    lately = shop.client(shop.ann)
    had = await lately.post(cup, json={"reward": "cup"}, headers={"Idempotency-Key": "of-the-cup"})
    back = {**units, "to": {"id": shop.ann}}
    given = await shop.client(shop.bob).post(
        f"/v1/members/{shop.bob}/transfers", json=back, headers=key
    )
    assert (given.status_code, had.status_code) == (201, 201)


async def test_what_a_member_does_is_noted_as_theirs(shop: Shop) -> None:
    key = {"Idempotency-Key": "of-the-cup"}
    path = f"/v1/members/{shop.ann}/redemptions"
    await shop.client(shop.ann).post(path, json={"reward": "cup"}, headers=key)

    entries = await shop.service.admin.get(f"/v1/members/{shop.ann}/wallets/points/entries")

    assert entries.json()["items"][0]["actor"] == f"member:{shop.ann}"


async def test_members_do_not_answer_for_each_others_keys(shop: Shop) -> None:
    """One Idempotency-Key, two members: two requests."""
    key = {"Idempotency-Key": "the-very-same"}
    made = [
        await shop.client(one).post(
            f"/v1/members/{one}/redemptions", json={"reward": "cup"}, headers=key
        )
        for one in (shop.ann, shop.bob)
    ]

    assert [one.status_code for one in made] == [201, 201]


async def test_a_member_changes_their_profile_and_nothing_the_shop_says(
    shop: Shop, database: Fresh
) -> None:
    mine, path = shop.client(shop.ann), f"/v1/members/{shop.ann}"
    before = await contents(database.owner_url)
    for body in ({"fields": {"employee": True}}, {"add": [{"kind": "card", "value": "NEW"}]},
                 {"remove": [{"kind": "card", "value": "ANN"}]}):  # fmt: skip
        answer = await mine.patch(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-for-members")
    assert await contents(database.owner_url) == before

    changed = await mine.patch(path, json={"profile": {"name": "Ann"}})

    assert changed.json()["profile"]["name"] == "Ann"


async def test_a_quote_is_the_members_own(shop: Shop) -> None:
    mine = shop.client(shop.bob)
    of_nobody = {name: one for name, one in basket().items() if name != "member"}
    for member in ({"id": shop.ann}, [{"kind": "card", "value": "BOB"}]):
        answer = await mine.post("/v1/quotes", json=basket(member=member))
        assert (answer.status_code, answer.json()["code"]) == (404, "member-not-found")

    own, put_in = [
        await mine.post("/v1/quotes", json=one)
        for one in (basket(member={"id": shop.bob}), of_nobody)
    ]

    assert own.status_code == put_in.status_code == 200
    assert own.json()["effects"] == put_in.json()["effects"]
    assert own.json()["effects"]


async def test_a_member_has_a_quota_over_all_their_tokens_and_a_smaller_one_to_spend(
    database: Fresh, issuer: Issuer, redis_server: RedisServer
) -> None:
    rates = {"rate_members": 4, "rate_spends": 1, "redis_url": redis_server.url}
    async with serving(
        database.url, program=PROGRAM, jobs=False, **settings(issuer, **rates)
    ) as service:
        ann, bob = [await enrolled(service, card) for card in ("ANN", "BOB")]
        shop = Shop(service, issuer, ann, bob)
        one, other = [shop.client(ann, jti=name) for name in ("phone", "page")]
        gift = {"to": {"id": bob}, "wallet": "points", "amount": 10, "reason": "a present"}
        path = f"/v1/members/{ann}"

        sent = [
            await client.post(
                f"{path}/transfers", json=gift, headers={"Idempotency-Key": f"of-{number}-gift"}
            )
            for number, client in enumerate((one, other))
        ]
        read = [await client.get(path) for client in (one, other, one)]
        theirs = await shop.client(bob).get(f"/v1/members/{bob}")

    assert [answer.status_code for answer in sent] == [201, 429]
    assert sent[0].headers["ratelimit-policy"] == '"member";q=4;w=60, "spend";q=1;w=60'
    assert sent[1].json()["violated-policies"] == ["spend"]
    assert int(sent[1].headers["retry-after"]) >= 1
    assert [answer.status_code for answer in read] == [200, 200, 429]
    assert read[2].json()["violated-policies"] == ["member"]
    assert theirs.status_code == 200
