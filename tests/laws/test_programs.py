"""Every program in the repository is a program."""

from pathlib import Path

import pytest
import yaml

from service.rules.check import check_text

ROOT = Path(__file__).parents[2]


def _programs() -> list[Path]:
    """The shipped programs, and every file of the tests that claims to be one."""
    tests = [
        path
        for path in sorted((ROOT / "tests").rglob("*.yaml"))
        if "broken" not in path.relative_to(ROOT).parts
        and "program" in (yaml.safe_load(path.read_text()) or {})
    ]
    return [*sorted((ROOT / "service/programs").glob("*.yaml")), *tests]


def test_the_demo_programs_are_there() -> None:
    names = [path.name for path in (ROOT / "service/programs").iterdir()]
    assert sorted(names) == ["corner-coffee.yaml", "grocery-year.yaml"]


@pytest.mark.parametrize("path", _programs(), ids=lambda path: path.name)
def test_checks_clean(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    assert [str(problem) for problem in check_text(path.read_bytes(), name).problems] == []
