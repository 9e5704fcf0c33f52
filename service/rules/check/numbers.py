"""Numbers of what the ledger knows by number: wallets, ladders, clubs, segments, badges."""

from collections.abc import Iterable

from service.rules.document import Document
from service.rules.source import Mapping, Node

KINDS = {
    "wallet": "wallets",
    "ladder": "ladders",
    "club": "clubs",
    "segment": "segments",
    "badge": "badges",
}


def assign(root: Node | None, previous: Document | None) -> dict[str, int]:
    """`wallet:points` -> 1, from 1 per kind in the order of the file.

    A number is never given to another id, and an id that comes back gets its old one.
    """
    numbers = dict(previous.numbers_used) if previous else {}
    for kind, section in KINDS.items():
        last = max((n for key, n in numbers.items() if key.startswith(f"{kind}:")), default=0)
        new = [name for name in declared(root, section) if f"{kind}:{name}" not in numbers]
        for number, name in enumerate(new, start=last + 1):
            numbers[f"{kind}:{name}"] = number
    return numbers


def declared(root: Node | None, section: str) -> Iterable[str]:
    """The ids of a section, in the order of the file, before anything of it is read."""
    if not isinstance(root, Mapping) or section not in root.entries:
        return ()
    node = root.entries[section][1]
    return tuple(node.entries) if isinstance(node, Mapping) else ()
