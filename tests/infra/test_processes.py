"""Whether another process lives."""

import os
import subprocess
import sys

import pytest

from service.infra.processes import is_alive


def test_a_process_lives_until_it_has_ended_and_was_waited_for() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert is_alive(process.pid)
    finally:
        process.communicate(b"\n")

    assert not is_alive(process.pid)


def test_somebody_elses_process_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """We may be root, who may send everybody a signal: so the system's word is given here."""

    def refuse(_: int, __: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)

    assert is_alive(1)
