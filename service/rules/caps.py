"""Caps of shared codes in one decision: which uses are asked for, and which are granted."""

from service.rules.compile import Program
from service.rules.facts import Facts


class Caps:
    """demands: cap -> 1 for each that is asked for a use; taken: caps that granted it, in order."""

    __slots__ = ("_facts", "_program", "demands", "taken")

    def __init__(self, program: Program, facts: Facts) -> None:
        self._program = program
        self._facts = facts
        self.demands: dict[str, int] = {}
        self.taken: dict[str, None] = {}

    def asked(self, coupon: int, *, given: bool = False) -> bool:
        """Ask for the use by the coupon at this position; True when it may have its effect.

        A forced one has it whether or not there is a use left. `given`: it has had it before, so
        that a cap which is not in the grants is not asked again.
        """
        presented = self._facts.coupons[coupon]
        known = self._program.coupons.get(presented.template or "")
        cap = None if known is None else known.cap
        if cap is None:
            return True
        self.demands[cap] = 1
        grants = self._facts.grants
        if grants is None or grants.get(cap, 1 if given else 0) > 0:
            self.taken[cap] = None
            return True
        return presented.forced
