"""The lock files: every package pinned with digests, nothing about where it came from."""

import ast
import importlib.metadata
import pathlib
import re
import subprocess
import sys
import tomllib
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = pathlib.Path(__file__).parents[2]
EXTRAS: Final = {
    "requirements.lock": (),
    "requirements-dev.lock": ("embedded", "parquet", "demo", "nats", "telemetry", "dev"),
    "requirements-build.lock": None,  # what the wheel is built with
}


def pinned(text: str) -> dict[str, tuple[str, list[str]]]:
    """Name -> version and digests."""
    joined = text.replace("\\\n", " ")
    found = {}
    for line in joined.splitlines():
        match = re.match(r"([A-Za-z0-9._-]+)==(\S+)", line)
        if match:
            found[match[1]] = (match[2], re.findall(r"--hash=sha256:[0-9a-f]{64}", line))
    return found


def asked(name: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = EXTRAS[name]
    if extras is None:
        return [Requirement(text) for text in project["build-system"]["requires"]]
    about = project["project"]
    texts = [*about["dependencies"]]
    for extra in extras:
        texts += about["optional-dependencies"][extra]
    return [found for text in texts if (found := Requirement(text)).name != about["name"]]


def extras() -> list[Requirement]:
    """Of the extras that only some commands need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = ("embedded", "parquet", "demo", "nats", "telemetry")
    return [Requirement(t) for name in names for t in project["optional-dependencies"][name]]


def problems(text: str) -> list[str]:
    """What is not a pinned package with digests, and every address."""
    joined = text.replace("\\\n", " ")
    lines = [
        line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    found = [line for line in lines if not re.match(r"[a-z0-9.-]+==\S+ .*--hash=sha256:", line)]
    return found + re.findall(r"https?://\S+|--(?:extra-)?index-url\S*|--find-links\S*", text)


@pytest.mark.parametrize("name", EXTRAS)
def test_a_lock_pins_by_digest_and_names_no_address(name: str) -> None:
    assert problems((ROOT / name).read_text()) == []


@pytest.mark.parametrize(
    "line",
    ["click>=8", "click==8.2.1", "--find-links https://example.org/", "-e ."],
)
def test_a_loose_line_would_be_seen(line: str) -> None:
    assert problems(f"{line}\n")


@pytest.mark.parametrize("name", EXTRAS)
def test_a_lock_has_what_the_project_asks_for(name: str) -> None:
    locked = pinned((ROOT / name).read_text())
    for requirement in asked(name):
        version, digests = locked[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement
        assert digests, requirement


def imported(folder: str) -> dict[str, set[str]]:
    """Module -> the distributions that hold it, of all that the sources of a folder import.

    A namespace is held by several: that one of them is asked for is all that can be seen of it.
    """
    modules = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.partition(".")[0])
    found = importlib.metadata.packages_distributions()
    foreign = modules - sys.stdlib_module_names - {"service", "tests"}
    return {module: {canonicalize_name(name) for name in found[module]} for module in foreign}


@pytest.mark.parametrize(
    ("folder", "lock"), [("service", "requirements.lock"), ("tests", "requirements-dev.lock")]
)
def test_what_is_imported_is_asked_for(folder: str, lock: str) -> None:
    """Not left to what another package happens to bring."""
    given = asked(lock) + (asked("requirements-dev.lock") if folder == "tests" else extras())
    allowed = {canonicalize_name(one.name) for one in given}
    assert {module: held for module, held in imported(folder).items() if not held & allowed} == {}


def test_the_image_and_the_tests_run_the_same_versions() -> None:
    image = pinned((ROOT / "requirements.lock").read_text())
    tests = pinned((ROOT / "requirements-dev.lock").read_text())
    assert {name: tests[name][0] for name in image} == {name: image[name][0] for name in image}


def test_whatever_lies_beside_the_code_is_in_the_wheel() -> None:
    """Hatchling takes all of a package but what git ignores, unless it is told otherwise."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert wheel["targets"]["wheel"] == {
        "packages": ["service"],
        "force-include": {"sql": "service/sql"},
    }
    assert set(wheel) == {"targets"}
    files = [one for one in (ROOT / "service").rglob("*") if one.suffix not in {".py", ".pyc"}]
    data = [str(one.relative_to(ROOT)) for one in files if one.is_file()]
    assert {"service/domain/relays/append.lua", "service/domain/relays/trim.lua"} <= set(data)
    ignored = subprocess.run(
        ["git", "check-ignore", *data], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ignored.returncode, ignored.stdout) == (1, "")
