import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from service.infra.cursors import CursorInvalid, seal, unseal

SECRET = b"a secret of the tests"
POSITION = ("points", 42)
CURSOR = seal(SECRET, POSITION)


def is_refused(cursor: str, secret: bytes = SECRET) -> bool:
    try:
        unseal(secret, cursor, tuple[str, int])
    except CursorInvalid:
        return True
    return False


@given(st.text(), st.integers(-(2**63), 2**64 - 1), st.binary(min_size=1))
def test_a_cursor_brings_its_position_back(name: str, number: int, secret: bytes) -> None:
    cursor = seal(secret, (name, number))

    assert unseal(secret, cursor, tuple[str, int]) == (name, number)


def test_a_cursor_needs_no_quoting_in_an_address() -> None:
    cursors = [seal(SECRET, n) for n in range(200)]

    assert set("".join(cursors)) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


@given(st.integers(0, len(CURSOR) - 1), st.characters(codec="utf-8"))
def test_a_changed_character_is_refused(place: int, character: str) -> None:
    assume(CURSOR[place] != character)

    assert is_refused(CURSOR[:place] + character + CURSOR[place + 1 :])


@given(st.integers(0, len(CURSOR)), st.text(min_size=1))
@example(len(CURSOR), "=")
@example(0, "\n")
@example(5, "!")
def test_added_text_is_refused(place: int, text: str) -> None:
    assert is_refused(CURSOR[:place] + text + CURSOR[place:])


@given(st.integers(0, len(CURSOR)), st.integers(1, len(CURSOR)))
def test_text_cut_out_is_refused(start: int, length: int) -> None:
    cut = CURSOR[:start] + CURSOR[start + length :]
    assume(cut != CURSOR)

    assert is_refused(cut)


@given(st.text())
@example("")
@example("A" * 3_000)
def test_made_up_text_is_refused(text: str) -> None:
    assert is_refused(text)


def test_every_last_character_but_one_is_refused() -> None:
    # one character stands for six bits, and the last one's low bits may mean nothing
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for position in ("a", "ab", "abc"):
        cursor = seal(SECRET, (position, 1))
        taken = [c for c in alphabet if not is_refused(cursor[:-1] + c)]
        assert taken == [cursor[-1]]


def test_a_cursor_of_another_secret_is_refused() -> None:
    assert is_refused(seal(b"another", POSITION))


def test_a_cursor_of_another_kind_of_position_is_refused() -> None:
    with pytest.raises(CursorInvalid):
        unseal(SECRET, CURSOR, list[int])
