"""Tokens of another issuer: what is believed, and what is not."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.infra.jwks import Jwks
from service.infra.jwt import Claims, TokenRefused, Tokens, is_fresh, refuse_untimely, seconds_left
from tests.issuer import AUDIENCE, Issuer, by_secret, fresh_key, issuing, signed, unsigned

NOW = 1_800_000_000.0


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with issuing() as found:
        yield found


@pytest.fixture
async def tokens(issuer: Issuer) -> AsyncIterator[Tokens]:
    found = Tokens(issuer.url, AUDIENCE, Jwks(issuer.jwks_url))
    yield found
    await found.close()


def claims_at(**more: Any) -> Claims:
    """Of a token of now that lasts ten minutes."""
    given = {"iss": "i", "sub": "s", "aud": "a", "iat": NOW, "exp": NOW + 600, **more}
    return Claims(**given)


@pytest.mark.parametrize("kid", ["es256-1", "eddsa-1", "rs256-1"])
async def test_a_token_is_believed_whichever_accepted_algorithm_signed_it(
    issuer: Issuer, tokens: Tokens, kid: str
) -> None:
    claims, raw = await tokens.verified(issuer.token(kid, sub="ann", aud=["other", AUDIENCE]))

    assert (claims.sub, claims.iss) == ("ann", issuer.url)
    assert b'"sub": "ann"' in raw


async def test_the_newer_name_of_eddsa_is_the_same_algorithm(
    issuer: Issuer, tokens: Tokens
) -> None:
    token = issuer.token("eddsa-1", header={"alg": "Ed25519"}, sub="ann")

    assert (await tokens.verified(token))[0].sub == "ann"


async def test_a_token_without_signature_is_refused(issuer: Issuer, tokens: Tokens) -> None:
    for alg in ("none", "None", "NONE", "nOnE", ""):
        for signature in (b"", b"x"):
            header = {"alg": alg, "kid": "es256-1"}
            with pytest.raises(TokenRefused):
                await tokens.verified(unsigned(header, issuer.claims(sub="ann"), signature))


async def test_a_public_key_is_no_shared_secret(issuer: Issuer, tokens: Tokens) -> None:
    for kid in issuer.keys:
        key: Any = issuer.keys[kid][1]
        pem = key.as_bytes(encoding="PEM", private=False)
        forged = unsigned({"alg": "HS256", "kid": kid}, issuer.claims(sub="ann"), pem)
        with pytest.raises(TokenRefused):
            await tokens.verified(forged)
    signed_so = by_secret({"kid": "es256-1"}, issuer.claims(sub="ann"), b"0" * 64)
    with pytest.raises(TokenRefused):
        await tokens.verified(signed_so)
    assert issuer.asked == 0


async def test_a_key_verifies_only_its_own_algorithm(issuer: Issuer, tokens: Tokens) -> None:
    with pytest.raises(TokenRefused):
        await tokens.verified(
            unsigned({"alg": "RS256", "kid": "es256-1"}, issuer.claims(sub="ann"), b"x" * 64)
        )


async def test_keys_that_a_token_brings_along_are_not_looked_at(
    issuer: Issuer, tokens: Tokens
) -> None:
    own = fresh_key("ES256")
    for header in (
        {"jku": f"{issuer.url}/keys"},
        {"x5u": f"{issuer.url}/keys"},
        {"jwk": own.as_dict(private=False)},
        {"x5c": ["AAAA"]},
    ):
        forged = signed({"alg": "ES256", "kid": "es256-1", **header}, issuer.claims(sub="ann"), own)
        with pytest.raises(TokenRefused):
            await tokens.verified(forged)
        good = issuer.token(header={"jku": "https://elsewhere.example"}, sub="ann")
        assert (await tokens.verified(good))[0].sub == "ann"
    assert issuer.asked == 1


@pytest.mark.parametrize(
    "kid", ["", "a" * 65, "../../etc/passwd", "x' or '1'='1", "a\nb", "ключ", None, 7]
)
async def test_a_kid_that_is_no_name_asks_nobody(issuer: Issuer, tokens: Tokens, kid: Any) -> None:
    header = {"alg": "ES256", "kid": kid}

    with pytest.raises(TokenRefused):
        await tokens.verified(unsigned(header, issuer.claims(sub="ann"), b"x" * 64))

    assert issuer.asked == 0


async def test_what_a_token_asks_beyond_what_is_known_refuses_it(
    issuer: Issuer, tokens: Tokens
) -> None:
    asking: list[dict[str, Any]] = [{"crit": ["exp"], "exp": 1}, {"b64": False}, {"crit": []}]
    for header in asking:
        given = {"alg": "ES256", "kid": "es256-1", **header}
        with pytest.raises(TokenRefused):
            await tokens.verified(unsigned(given, issuer.claims(sub="ann"), b"x" * 64))


@pytest.mark.parametrize("missing", ["exp", "iat", "iss", "aud", "sub"])
async def test_a_claim_that_is_needed_and_missing_refuses_it(
    issuer: Issuer, tokens: Tokens, missing: str
) -> None:
    given: dict[str, Any] = {"sub": "ann", missing: None}
    with pytest.raises(TokenRefused):
        await tokens.verified(issuer.token(**given))


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://another.example"},
        {"aud": "another"},
        {"aud": []},
        {"aud": ["regular", "regulars2"]},
        {"sub": ""},
        {"sub": "a" * 256},
        {"sub": 7},
        {"exp": "tomorrow"},
        {"iat": -1},
    ],
)
async def test_a_token_for_somebody_else_or_of_another_form_is_refused(
    issuer: Issuer, tokens: Tokens, wrong: dict[str, Any]
) -> None:
    with pytest.raises(TokenRefused):
        await tokens.verified(issuer.token(**{"sub": "ann", **wrong}))


async def test_a_changed_token_is_refused(issuer: Issuer, tokens: Tokens) -> None:
    head, _, tail = issuer.token(sub="ann").split(".")
    other = issuer.token(sub="bob").split(".")[1]

    for token in (f"{head}.{other}.{tail}", f"{head}.{other}", "", "a.b.c", "é.é.é", "." * 9000):
        with pytest.raises(TokenRefused):
            await tokens.verified(token)


@pytest.mark.parametrize("seconds", [0, 599, 659])
def test_a_token_is_good_to_its_end_and_a_minute_longer(seconds: float) -> None:
    refuse_untimely(claims_at(), NOW + seconds)


@pytest.mark.parametrize(
    ("claims", "now"),
    [
        (claims_at(), NOW + 660),
        (claims_at(exp=NOW + 10 * 86_400), NOW + 3661),
        (claims_at(iat=NOW + 61), NOW),
        (claims_at(nbf=NOW + 61), NOW),
    ],
)
def test_a_token_is_refused_out_of_its_time(claims: Claims, now: float) -> None:
    with pytest.raises(TokenRefused):
        refuse_untimely(claims, now)


def test_clocks_may_differ_by_a_minute() -> None:
    refuse_untimely(claims_at(iat=NOW + 60, nbf=NOW + 60), NOW)
    refuse_untimely(claims_at(exp=NOW + 10 * 86_400), NOW + 3660)


def test_nothing_is_remembered_longer_than_a_token_is_good() -> None:
    assert seconds_left(claims_at(), NOW) == 660
    assert seconds_left(claims_at(exp=NOW + 86_400), NOW) == 3660


@pytest.mark.parametrize(
    ("more", "fresh"),
    [
        ({}, False),
        ({"auth_time": NOW}, True),
        ({"auth_time": NOW - 600}, True),
        ({"auth_time": NOW - 601}, False),
        ({"auth_time": NOW + 61}, False),
        ({"acr": "gold"}, True),
        ({"acr": "silver"}, False),
        ({"acr": ""}, False),
    ],
)
def test_who_signed_in_lately_or_surely_enough_is_known(
    more: dict[str, Any],
    fresh: bool,
) -> None:
    assert is_fresh(claims_at(**more), NOW, 600, ("gold",)) is fresh


async def test_a_hundred_verifications_take_no_second(issuer: Issuer, tokens: Tokens) -> None:
    token = issuer.token("rs256-1", sub="ann")
    began = time.perf_counter()

    for _ in range(100):
        await tokens.verified(token)

    assert time.perf_counter() - began < 1
