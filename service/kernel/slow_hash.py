"""Hashes of secrets with few digits: slow, so that a leaked table does not tell them. Pure.

Argon2id with the least parameters that are held to be enough (19 MiB, two passes): 20 ms, so never
on the event loop. What is hashed was keyed before, so that the table alone is worth nothing.
"""

from typing import Final

import argon2

_hasher: Final = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
NOBODY: Final = (  # of a secret that nobody has: who asks for what is not there waits as long
    "$argon2id$v=19$m=19456,t=2,p=1$cmVndWxhcnMtbm9ib2R5cw$7sUhMJEFfH9jjKzPn20uM47+aM648SG6GISylkbESdQ"
)


def hashed(keyed: bytes) -> str:
    """What is kept of a keyed secret; takes 20 ms."""
    return _hasher.hash(keyed)


def matches(kept: str, keyed: bytes) -> bool:
    """Whether it is what was hashed; takes 20 ms."""
    try:
        return _hasher.verify(kept, keyed)
    except argon2.exceptions.VerifyMismatchError:
        return False
