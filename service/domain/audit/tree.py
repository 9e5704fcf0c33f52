"""The Merkle tree of RFC 6962 over leaves in their order: root and inclusion path.

A leaf's hash begins with 0x00 and a node's with 0x01, so that no node can be shown as a leaf.
"""

import hashlib
from collections.abc import Sequence

import msgspec

HASH_BYTES = 32
_LEAF, _NODE = b"\x00", b"\x01"


def leaf(content: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(_LEAF + content).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over hashes of leaves (RFC 6962 2.1); of none it is the hash of nothing."""
    if not leaves:
        return hashlib.sha256().digest()
    level = list(leaves)
    while len(level) > 1:  # an odd one goes up as it is: the same tree as by halving
        pairs = [_node(*level[n : n + 2]) for n in range(0, len(level) - 1, 2)]
        level = [*pairs, *level[len(pairs) * 2 :]]
    return level[0]


def path(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """The inclusion path of the leaf at a place from 0 on, its nearest sibling first (2.1.1)."""
    if len(leaves) == 1:
        return []
    cut = _cut(len(leaves))
    if place < cut:
        return [*path(leaves[:cut], place), root(leaves[cut:])]
    return [*path(leaves[cut:], place - cut), root(leaves[:cut])]


class Proof(msgspec.Struct, frozen=True):
    """That a leaf is in a tree: at which place of how many, and by which siblings."""

    place: int
    leaves: int
    siblings: Sequence[bytes]


def root_by(proof: Proof, leaf_hash: bytes) -> bytes | None:
    """The root that a proof leads to (RFC 9162 2.1.3.2); None: it has too many or too few."""
    node, last, found = proof.place, proof.leaves - 1, leaf_hash
    for sibling in proof.siblings:
        if last == 0:
            return None
        if node % 2 or node == last:
            found = _node(sibling, found)
            while not node % 2 and node:
                node, last = node >> 1, last >> 1
        else:
            found = _node(found, sibling)
        node, last = node >> 1, last >> 1
    return found if last == 0 else None


def _cut(count: int) -> int:
    """The largest power of two below a number from 2 on."""
    cut: int = 1 << (count - 1).bit_length() - 1
    return cut


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
