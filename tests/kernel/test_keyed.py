"""Keyed hashes are HMACs: of any key and message the same as the standard library's."""

import hmac

from hypothesis import given
from hypothesis import strategies as st

from service.kernel.keyed import keyed


@given(st.binary(max_size=200), st.binary(max_size=300))
def test_it_is_the_hmac_of_the_standard_library(key: bytes, message: bytes) -> None:
    assert keyed(key, message) == hmac.digest(key, message, "sha256")


def test_a_key_of_more_than_a_block_is_hashed_first() -> None:
    """RFC 4231, test case 6: a key of 131 bytes."""
    message = b"Test Using Larger Than Block-Size Key - Hash Key First"
    expected = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    assert keyed(b"\xaa" * 131, message).hex() == expected


def test_messages_under_one_key_do_not_mix() -> None:
    first = keyed(b"key", b"one")
    assert keyed(b"key", b"other") != first
    assert keyed(b"key", b"one") == first
