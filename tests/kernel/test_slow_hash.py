"""Slow hashes: how they are made, and what matches them."""

from service.kernel import slow_hash

KEPT = slow_hash.hashed(b"a keyed secret")


def test_what_is_kept_says_how_it_is_made_and_never_twice_the_same() -> None:
    assert KEPT.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert slow_hash.NOBODY.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert slow_hash.hashed(b"a keyed secret") != KEPT


def test_only_what_was_hashed_matches() -> None:
    assert slow_hash.matches(KEPT, b"a keyed secret")
    assert not slow_hash.matches(KEPT, b"another one")
    assert not slow_hash.matches(slow_hash.NOBODY, b"a keyed secret")
