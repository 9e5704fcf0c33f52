import json
import pathlib
import stat

from service.imports.rejects import Rejects, beside
from service.imports.rows import Rejected

ONE = Rejected(2, "no such thing", {"sku": "a"})
OTHER = Rejected(2, "its other half", ["b"])


def written(path: pathlib.Path) -> list[object]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_there_is_no_file_without_a_rejected_row(tmp_path: pathlib.Path) -> None:
    with Rejects(tmp_path / "r", going_on=False) as rejects:
        assert rejects.count == 0
    assert not (tmp_path / "r").exists()


def test_line_reason_and_row_are_written_for_its_owner_alone(tmp_path: pathlib.Path) -> None:
    with Rejects(tmp_path / "r", going_on=False) as rejects:
        rejects.add(ONE)
        rejects.add(OTHER)
    assert written(tmp_path / "r") == [
        {"line": 2, "reason": "no such thing", "row": {"sku": "a"}},
        {"line": 2, "reason": "its other half", "row": ["b"]},
    ]
    assert stat.S_IMODE((tmp_path / "r").stat().st_mode) == 0o600


def test_an_import_that_goes_on_writes_no_row_twice(tmp_path: pathlib.Path) -> None:
    with Rejects(tmp_path / "r", going_on=False) as rejects:
        rejects.add(ONE)
    with (tmp_path / "r").open("a") as file:
        file.write('{"line":2,"reason":"its ot')  # killed while it wrote
    with Rejects(tmp_path / "r", going_on=True) as rejects:
        rejects.add(ONE)
        rejects.add(OTHER)
        assert rejects.count == 2
    assert len(written(tmp_path / "r")) == 2


def test_a_new_import_begins_a_new_file(tmp_path: pathlib.Path) -> None:
    with Rejects(tmp_path / "r", going_on=False) as rejects:
        rejects.add(ONE)
    with Rejects(tmp_path / "r", going_on=False) as rejects:
        rejects.add(OTHER)
    assert len(written(tmp_path / "r")) == 1


def test_it_lies_beside_the_file() -> None:
    assert beside(pathlib.Path("a/year.csv")) == pathlib.Path("a/year.csv.rejects.ndjson")
