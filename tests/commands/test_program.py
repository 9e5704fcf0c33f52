"""`regulars program`: from a draft to a version, in the words of the file."""

import getpass
import pathlib

import pytest

from service.commands.program import operator
from service.kernel.actor import ActorKind
from tests.commands.conftest import Command

PROGRAM = """\
program: {id: corner, timezone: Europe/Warsaw, currency: EUR}
channels: [web]
identifiers: [card]
wallets: {points: {expires: never}}
campaigns:
  - id: base
    rules:
      - {id: base-earn, then: [{points: {per: 1 EUR, award: 1}}]}
"""
LONG_AGO = "2024-01-01T00:00+01:00"


@pytest.fixture
def file(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "draft.yaml"
    path.write_text(PROGRAM)
    return path


def test_a_file_becomes_a_version_and_then_nothing_would_change(
    command: Command, file: pathlib.Path
) -> None:
    done = command("program", "apply", str(file), "--effective-from", LONG_AGO, "--note", "open")
    assert (done.exit_code, done.output) == (
        0,
        "version 1 of corner, effective 2023-12-31T23:00:00+00:00\n",
    )

    planned = command("program", "plan", str(file))
    assert (planned.exit_code, planned.output) == (0, "nothing changes\n")


def test_a_plan_says_in_words_what_would_change_and_writes_nothing(
    command: Command, file: pathlib.Path
) -> None:
    command("program", "apply", str(file), "--effective-from", LONG_AGO)
    file.write_text(PROGRAM.replace("award: 1", "award: 2"))

    for _ in range(2):
        planned = command("program", "plan", str(file))
        assert planned.exit_code == 0, planned.output
        assert "base-earn" in planned.output
        assert planned.output != "nothing changes\n"


def test_every_problem_is_said_with_its_place_and_nothing_is_published(
    command: Command, file: pathlib.Path
) -> None:
    file.write_text(PROGRAM.replace("[web]", "[Web]").replace("per: 1 EUR", "per: 1 PLN"))

    for words in (("check",), ("plan",), ("apply",)):
        done = command("program", *words, str(file))
        assert done.exit_code == 1
        assert done.output.count(f"{file}:") == 2
        assert f"{file}:2:12: " in done.output

    file.write_text(PROGRAM)
    assert command("program", "apply", str(file)).output.startswith("version 1 of corner, ")


def test_a_problem_with_the_version_in_force_is_said_in_the_words_of_the_file(
    command: Command, file: pathlib.Path
) -> None:
    """The file alone has none, so that `check` finds none."""
    command("program", "apply", str(file), "--effective-from", LONG_AGO)
    file.write_text(PROGRAM.replace("Warsaw", "Vienna"))

    assert command("program", "check", str(file)).exit_code == 0
    for words in ("plan", "apply"):
        done = command("program", words, str(file))
        assert done.exit_code == 1, done.output
        assert done.output.startswith(f"{file}:1:33: ")
        assert "the time zone of a program in use stays" in done.output
        assert "program.yaml" not in done.output


def test_a_later_version_cannot_lie_in_the_past(command: Command, file: pathlib.Path) -> None:
    command("program", "apply", str(file), "--effective-from", LONG_AGO)

    done = command("program", "apply", str(file), "--effective-from", "2024-06-01T00:00Z")

    assert done.exit_code == 1
    assert done.output.startswith("Error: effective-too-early: ")


def test_a_file_that_is_not_there_is_refused(command: Command, tmp_path: pathlib.Path) -> None:
    done = command("program", "plan", str(tmp_path / "nothing.yaml"))

    assert done.exit_code == 2
    assert "does not exist" in done.output


def test_who_published_is_the_account_that_ran_the_command() -> None:
    one, again = operator(), operator()

    assert (one.kind, one.id) == (ActorKind.COMMAND, getpass.getuser())
    assert one.client_id == again.client_id
