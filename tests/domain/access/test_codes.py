"""The form of API keys."""

import hashlib
import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.access import codes

BODY = "rgl_test_0123456789_" + "A" * 43


def base62(number: int) -> str:
    """Six digits, the plain way: powers of 62 from the top."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    return "".join(alphabet[number // 62**power % 62] for power in range(5, -1, -1))


def test_a_key_has_the_documented_form() -> None:
    key, _ = codes.issue(codes.Mode.LIVE)

    assert re.fullmatch(r"rgl_live_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}", key)


def test_the_checksum_is_the_crc32_of_all_before_it_in_six_base62_digits() -> None:
    assert codes.checksum(BODY) == base62(zlib.crc32(BODY.encode()))


def test_what_was_issued_is_read_back_with_the_hash_of_its_secret() -> None:
    key, code = codes.issue(codes.Mode.TEST)
    secret = key.split("_")[3][:43]

    assert codes.read(key) == code
    assert code.secret_sha256 == hashlib.sha256(secret.encode()).digest()
    assert code.kid == key.split("_")[2]


def test_two_keys_are_never_the_same() -> None:
    assert len({codes.issue(codes.Mode.TEST)[0] for _ in range(100)}) == 100


def test_a_secret_stands_in_no_representation_of_a_code() -> None:
    key, code = codes.issue(codes.Mode.TEST)

    assert key.split("_")[3][:43] not in repr(code)


@given(st.integers(0, 68), st.characters(min_codepoint=33, max_codepoint=126))
def test_one_wrong_character_is_noticed(place: int, other: str) -> None:
    key = BODY + codes.checksum(BODY)
    wrong = key[:place] + other + key[place + 1 :]

    assert (codes.read(wrong) is None) == (wrong != key)


@pytest.mark.parametrize(
    "text",
    ["", "rgl_", BODY, BODY + "000000", f" {BODY}{codes.checksum(BODY)}", "rgl_prod" + BODY[8:]],
)
def test_what_is_no_key_is_read_as_none(text: str) -> None:
    assert codes.read(text) is None


def test_a_line_break_at_the_end_is_not_passed_over() -> None:
    assert codes.read(BODY + codes.checksum(BODY) + "\n") is None


def test_a_staff_token_has_the_form_of_a_key_and_is_none() -> None:
    token, code = codes.issue_token()
    key, _ = codes.issue(codes.Mode.TEST)

    assert token.startswith("rgs_")
    assert codes.read_token(token) == code
    assert code.secret_sha256 == hashlib.sha256(token.split("_")[2][:43].encode()).digest()
    assert codes.read(token) is None
    assert codes.read_token(key) is None
    assert codes.read_token(token[:-1] + ("1" if token[-1] == "0" else "0")) is None
