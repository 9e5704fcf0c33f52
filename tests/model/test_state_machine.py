"""The service and the oracle go through the same life; REGULARS_MODEL_EXAMPLES makes it longer."""

import os
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from service.rules.check import check_text
from tests.databases import Fresh
from tests.model.catalogue import SUBJECTS
from tests.model.driver import Driver
from tests.model.machine import Model

EXAMPLES: Final = int(os.environ.get("REGULARS_MODEL_EXAMPLES", "25"))
STEPS: Final = 40


@pytest.mark.parametrize("name", SUBJECTS)
def test_programs_of_the_model_are_valid(name: str) -> None:
    assert check_text(SUBJECTS[name].source()).problems == ()


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_service_agrees_with_the_oracle(name: str, database: Fresh) -> None:
    subject = SUBJECTS[name]
    driver = Driver(database.url, subject.source(), subject.currency)
    machine: Any = type(f"Model_{name}", (Model,), {"driver": driver, "subject": subject})
    how = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        derandomize=True,
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(machine, settings=how)
    finally:
        driver.close()
