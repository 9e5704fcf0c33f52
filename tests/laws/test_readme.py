"""The README is true: its commands, its map, its settings and its links."""

import json
import pathlib
import re
import subprocess
from typing import Any, Final

import pytest

from service.api.openapi.endpoint_examples import ENDPOINTS
from service.cli import COMMANDS
from service.commands.up import MEMBER, PURCHASE
from service.infra.metrics import STORED, Metrics
from service.infra.settings import Settings

ROOT: Final = pathlib.Path(__file__).parents[2]
RUN: Final = (
    "python3 -m venv .venv && .venv/bin/pip install -q '.[embedded]' && .venv/bin/regulars up"
)
TEST: Final = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/pytest"


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text()


def folders() -> set[str]:
    """Top folders that are kept, and the bands."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    parts = [pathlib.PurePosixPath(path).parts for path in listed]
    top = {path[0] for path in parts if len(path) > 1 and not path[0].startswith(".")}
    return top | {f"service/{path[1]}" for path in parts if path[0] == "service" and len(path) > 2}


def unmapped(text: str) -> set[str]:
    """Folders without a line in the map."""
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    return {folder for folder in folders() if not any(f"{folder}/" in row for row in rows)}


def broken_links(text: str) -> list[str]:
    targets = re.findall(r"\]\(([^)]+)\)", text)
    return [one for one in targets if "://" not in one and not (ROOT / one.split("#")[0]).exists()]


def settings_listed(text: str) -> dict[str, str]:
    """Variable -> default as written."""
    return dict(re.findall(r"^\| `REGULARS_(\w+)` \| `?([^|`]+?)`? \|", text, re.MULTILINE))


def test_the_two_commands_are_as_promised(readme: str) -> None:
    assert f"```sh\n{RUN}\n```" in readme
    assert f"```sh\n{TEST}\n```" in readme


def test_the_checks_run_the_test_command_as_written() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert f"\n{TEST}\n" in script
    assert script.startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_map_lists_every_folder(readme: str) -> None:
    assert unmapped(readme) == set()
    assert "service/rules" in unmapped(readme.replace("service/rules/", ""))


def test_every_link_leads_somewhere(readme: str) -> None:
    assert broken_links(readme) == []
    assert broken_links("[gone](service/gone.py)") == ["service/gone.py"]


def test_every_setting_is_explained_with_its_default(readme: str) -> None:
    defaults = {
        name.upper(): default for name, default in zip_defaults().items() if default is not None
    }
    listed = settings_listed(readme)
    assert set(listed) == {name.upper() for name in Settings.__struct_fields__}
    for name, default in defaults.items():
        assert listed[name] == (str(default).lower() if isinstance(default, bool) else str(default))


def test_every_figure_is_explained(readme: str) -> None:
    told = figures_listed(readme)
    counted = {
        f"{one.name}_total" if one.type == "counter" else one.name
        for one in Metrics()._registry.collect()
    }
    assert told == counted | {f"regulars_{name}" for name in STORED}


def figures_listed(text: str) -> set[str]:
    """Names in the table of figures; those after the first of a row leave out the beginning."""
    table = text.split("| figure | tells |")[1].split("\n\n", maxsplit=1)[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    return {name if name.startswith("regulars_") else f"regulars{name}" for name in named}


def zip_defaults() -> dict[str, Any]:
    fields = Settings.__struct_fields__
    defaults = Settings.__struct_defaults__
    return dict(zip(fields[-len(defaults) :], defaults, strict=True))


def test_commands_named_are_commands_that_exist(readme: str) -> None:
    named = set(re.findall(r"\bregulars ([a-z]+)\b", readme)) - {"demo"}
    assert named <= set(COMMANDS)


def test_what_curl_sends_is_what_up_prints_and_the_examples_say(readme: str) -> None:
    bodies = [json.loads(text) for text in re.findall(r"-d '(\{.*?\})'", readme, re.DOTALL)]
    endpoint = ENDPOINTS["create_endpoint"]["crm"]["value"]
    assert bodies == [json.loads(MEMBER), json.loads(PURCHASE), endpoint]
