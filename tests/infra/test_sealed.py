"""Secrets at rest: opened by who has the secret, for what they belong to, and by nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.infra.sealed import NotOurs, Seals

SEALS = Seals(b"0123456789abcdef0123456789abcdef")


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_what_is_sealed_is_opened_again(plain: bytes, belongs_to: bytes) -> None:
    sealed = SEALS.seal(plain, belongs_to)
    assert SEALS.open(sealed, belongs_to) == plain
    assert len(sealed) == len(plain) + 28


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert SEALS.seal(b"secret", b"a") != SEALS.seal(b"secret", b"a")


def test_another_secret_opens_nothing() -> None:
    other = Seals(b"another secret, as long as the first")
    with pytest.raises(NotOurs):
        other.open(SEALS.seal(b"secret", b"a"), b"a")


def test_what_belongs_to_one_row_opens_in_no_other() -> None:
    with pytest.raises(NotOurs):
        SEALS.open(SEALS.seal(b"secret", b"a"), b"b")


@given(st.data())
def test_a_changed_bit_is_found(data: st.DataObject) -> None:
    sealed = bytearray(SEALS.seal(b"secret", b"a"))
    at = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[at // 8] ^= 1 << (at % 8)
    with pytest.raises(NotOurs):
        SEALS.open(bytes(sealed), b"a")


@pytest.mark.parametrize("length", [0, 1, 11, 12, 27])
def test_a_text_that_was_cut_is_refused(length: int) -> None:
    with pytest.raises(NotOurs):
        SEALS.open(SEALS.seal(b"", b"a")[:length], b"a")
