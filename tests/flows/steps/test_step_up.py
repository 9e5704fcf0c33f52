"""Who has to sign in anew, and for what."""

import pytest

from service.domain.access.errors import StepUpRequired
from service.flows.steps.step_up import refuse_stale
from service.kernel.actor import Actor, ActorKind, StepUp
from service.kernel.ids import derived_id

WHO = derived_id("member", "ann")
LATELY = Actor(kind=ActorKind.MEMBER, id="ann", client_id=WHO)
LONG_AGO = Actor(
    kind=ActorKind.MEMBER, id="ann", client_id=WHO, step_up=StepUp(units_max=1000, seconds=600)
)


def test_who_signed_in_lately_is_asked_nothing() -> None:
    refuse_stale(LATELY)
    refuse_stale(LATELY, 10**12)


def test_who_signed_in_long_ago_may_only_what_is_worth_little() -> None:
    refuse_stale(LONG_AGO, 0)
    refuse_stale(LONG_AGO, 1000)
    for units in (None, 1001):
        with pytest.raises(StepUpRequired) as refused:
            refuse_stale(LONG_AGO, units)
        assert refused.value.max_age == 600
