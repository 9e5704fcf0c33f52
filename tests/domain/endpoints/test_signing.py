"""Signatures, by the standard's own figures and its official library."""

import base64
import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from service.domain.endpoints import signing

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
BODY = b'{"type":"points.earned","timestamp":"2026-11-01T00:00:00Z","data":{"n":1}}'


def key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))


def test_a_signature_is_that_of_the_standard() -> None:
    at = dt.datetime.fromtimestamp(1_674_087_231, dt.UTC)
    found = signing.headers("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", at, BODY, [key(SECRET)])
    assert found == {
        "webhook-id": "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
        "webhook-timestamp": "1674087231",
        "webhook-signature": "v1,7gtG3EGH+QhUnkmyuXlMH3lDLPdfPz++9/Ue2uZdqYo=",
    }


@given(st.binary(min_size=24, max_size=64), st.dictionaries(st.text(), st.integers()))
def test_the_official_library_verifies_what_we_sign(secret: bytes, data: dict[str, int]) -> None:
    body = json.dumps(data).encode()
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 the library judges by the process clock
    sent = signing.headers("evt-1", now, body, [secret])
    assert Webhook(signing.shown(secret)).verify(body.decode(), sent) == data


def test_with_two_keys_each_of_them_verifies_and_no_third() -> None:
    old, new, other = (signing.new_secret() for _ in range(3))
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 as above
    sent = signing.headers("evt-1", now, BODY, [new, old])
    for secret in (old, new):
        Webhook(signing.shown(secret)).verify(BODY.decode(), sent)
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.shown(other)).verify(BODY.decode(), sent)


def test_secrets_are_256_random_bits() -> None:
    made = {signing.new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(secret) for secret in made} == {32}
