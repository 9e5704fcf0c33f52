"""The canonical form as bytes."""

import re
from pathlib import Path

import msgspec
import pytest

from service.rules.check import canonical, check_text, parse_canonical

PROGRAMS = sorted(Path("service/programs").glob("*.yaml"))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_document_comes_back_from_its_bytes_unchanged(path: Path) -> None:
    found = check_text(path.read_bytes()).document
    assert found is not None
    raw = canonical(found)
    assert parse_canonical(raw) == found
    assert canonical(parse_canonical(raw)) == raw


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_comments_and_layout_make_no_difference(path: Path) -> None:
    text = path.read_text()
    other = re.sub(r"(?m) +#.*$", "", text).replace("\n\n", "\n") + "# the end\n"
    assert other != text
    one, two = check_text(text).document, check_text(other).document
    assert one is not None
    assert two is not None
    assert canonical(one) == canonical(two)


def test_other_json_is_refused() -> None:
    for raw in (b"{}", b"[]", b'{"program": 1}', b"not json"):
        with pytest.raises(msgspec.DecodeError):
            parse_canonical(raw)
