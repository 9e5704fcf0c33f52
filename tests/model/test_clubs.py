"""The service and the oracle go through the same life with clubs."""

import os
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from service.rules.check import check_text
from tests.databases import Server
from tests.model.club_machine import SOURCE, ClubModel

EXAMPLES: Final = int(os.environ.get("REGULARS_MODEL_EXAMPLES", "15"))
STEPS: Final = 40


def test_the_program_of_the_clubs_is_valid() -> None:
    assert check_text(SOURCE).problems == ()


def test_clubs_agree_with_the_oracle(server: Server) -> None:
    machine: Any = type("Clubs", (ClubModel,), {"server": server})
    how = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        derandomize=True,
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=how)
