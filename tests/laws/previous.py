"""`python -m tests.laws.previous [REVISION]`: keeps the statements of a release for the next one.

Run it when a release is made (HEAD unless a revision is given). The file has every statement of
`sql/queries` as its code sent it, and the number of its newest migration: a migration after that
one may not break any of them, as processes of that release go on while it is applied.
"""

import gzip
import io
import json
import pathlib
import subprocess
import sys
import tarfile
from typing import Final

import msgspec

from service.infra.sql import parse

FILE: Final = pathlib.Path(__file__).with_name("previous.json.gz")
_ROOT: Final = pathlib.Path(__file__).parents[2]
_OWNERS_OWN: Final = "migrations"


class Previous(msgspec.Struct, frozen=True):
    """`statements`: by name, in PostgreSQL's form; `migration`: the newest there was."""

    revision: str
    migration: int
    statements: dict[str, str]


def read() -> Previous:
    """What is kept."""
    return msgspec.json.decode(gzip.decompress(FILE.read_bytes()), type=Previous)


def pack(revision: str) -> Previous:
    """What a revision has."""
    git = ("git", "-C", str(_ROOT))
    tar = subprocess.run([*git, "archive", revision, "sql"], capture_output=True, check=True)
    short = subprocess.run(
        [*git, "rev-parse", "--short", revision], capture_output=True, check=True
    )
    numbers, statements = [], dict[str, str]()
    with tarfile.open(fileobj=io.BytesIO(tar.stdout)) as archive:
        for member in archive.getmembers():
            path, file = pathlib.PurePosixPath(member.name), archive.extractfile(member)
            if file is None:
                continue
            if path.parent.name == "migrations":
                numbers.append(int(path.name[:4]))
            elif path.parent.name == "queries" and path.stem != _OWNERS_OWN:
                found = parse(path.stem, file.read().decode()).values()
                statements |= {one.name: one.text for one in found}
    return Previous(short.stdout.decode().strip(), max(numbers), statements)


if __name__ == "__main__":
    kept = pack(*(sys.argv[1:] or ["HEAD"]))
    text = json.dumps(msgspec.to_builtins(kept), sort_keys=True)
    FILE.write_bytes(gzip.compress(text.encode(), mtime=0))
