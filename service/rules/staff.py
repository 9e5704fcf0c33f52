"""What the people who work here may do alone, and how long waits what needs a second one."""

from typing import Final

import msgspec

from service.kernel.calendar import Duration, Unit


class AdjustAlone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many units of a wallet one of the staff may correct by hand alone.

    `most`: at once; `per_day`: in all on one local day, what was given and what was taken counted
    alike. `reasons`: codes, of which each correction by staff names one; none: free text will do.
    """

    most: int
    per_day: int
    reasons: tuple[str, ...] = ()


class Staff(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`approve_for`: how long something waits for a second person."""

    approve_for: Duration = Duration(72, Unit.HOUR)


AS_USUAL: Final = Staff()  # of a program that says nothing about it
