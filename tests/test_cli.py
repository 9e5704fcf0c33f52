"""The command, as an operator meets it: what needs no server. See commands/ for the rest."""

import json
import pathlib
import sys

import click
import pytest
from click.testing import CliRunner

from service.cli import COMMANDS, main

PROGRAMS = pathlib.Path(__file__).parents[1] / "service" / "programs"
SPOILED = """\
program: {id: corner, title: {en: Corner}, timezone: Europe/Warsaw, currency: EUR}
channels: [web]
identifiers: [card]
walets: {points: {title: {en: Beans}, expires: never}}
"""


def test_help_lists_every_command_without_importing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("service.commands")]:
        monkeypatch.delitem(sys.modules, name)
    done = CliRunner().invoke(main, ["--help"])
    assert done.exit_code == 0
    assert all(f"  {name} " in done.output for name in COMMANDS)
    assert not [name for name in sys.modules if name.startswith("service.commands.")]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_says_what_it_does(name: str) -> None:
    done = CliRunner().invoke(main, [name, "--help"])
    assert done.exit_code == 0, done.output
    assert len(done.output.splitlines()[2].strip()) > 10


def test_a_command_whose_extra_is_missing_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise ModuleNotFoundError(name, name="pyarrow.parquet")

    monkeypatch.setattr("service.cli.importlib.import_module", fail)
    done = CliRunner().invoke(main, ["import", "--help"])
    assert done.exit_code == 1
    assert done.output == "Error: `import` needs an extra: pip install 'regulars[parquet]'\n"


def test_an_unknown_command_is_refused() -> None:
    assert CliRunner().invoke(main, ["fly"]).exit_code == click.UsageError.exit_code


def test_the_version_is_that_of_the_package() -> None:
    done = CliRunner().invoke(main, ["--version"])
    assert done.exit_code == 0
    assert done.output.startswith("regulars, version ")


@pytest.mark.parametrize("path", sorted(PROGRAMS.glob("*.yaml")), ids=lambda path: path.name)
def test_a_good_program_has_no_problems(path: pathlib.Path) -> None:
    done = CliRunner().invoke(main, ["program", "check", str(path)])
    assert (done.exit_code, done.output) == (0, f"{path}: no problems\n")


def test_problems_of_a_program_are_printed_with_their_place(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "spoiled.yaml"
    path.write_text(SPOILED)
    done = CliRunner().invoke(main, ["program", "check", str(path)])
    assert done.exit_code == 1
    assert f"{path}:4:1: " in done.output
    assert "wallets" in done.output


def test_the_schema_is_json() -> None:
    done = CliRunner().invoke(main, ["program", "schema"])
    assert json.loads(done.output)["title"] == "Regulars program"


def test_without_a_place_a_command_asks_for_one(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REGULARS_DATABASE_URL", raising=False)
    done = CliRunner().invoke(main, ["keys", "create", "--role", "pos"])
    assert done.exit_code == 1
    assert "--data DIR, or set REGULARS_DATABASE_URL" in done.output


@pytest.mark.parametrize("text", ["soon", "2026-12-01T00:00"])
def test_an_instant_needs_its_offset(text: str) -> None:
    path = PROGRAMS / "corner-coffee.yaml"
    done = CliRunner().invoke(main, ["program", "apply", str(path), "--effective-from", text])
    assert done.exit_code == click.UsageError.exit_code
    assert "--effective-from" in done.output
