"""What a member may do only a short while after they have signed in (RFC 9470).

A token that was left behind on a device, or taken, is not enough to give away what somebody has
saved up. Of systems and staff nothing of the kind is asked.
"""

from service.domain.access.errors import StepUpRequired
from service.kernel.actor import Actor


def refuse_stale(actor: Actor, units: int | None = None) -> None:
    """StepUpRequired from whoever has to sign in anew; `units`: only when it is about more."""
    step_up = actor.step_up
    if step_up is not None and (units is None or units > step_up.units_max):
        raise StepUpRequired(max_age=step_up.seconds)
