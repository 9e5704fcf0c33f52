"""What outsiders of hidden clubs must not see: whatever of a program mentions such a club.

Whether a member of the club has a thing earlier is no mention: the thing is there for everybody,
and without the club it would be too, at the same time.
"""

from collections.abc import Collection

from service.rules.compile import Program
from service.rules.hidden import NOTHING, Hidden

__all__ = ["NOTHING", "Hidden", "hidden_from"]


def hidden_from(program: Program, clubs: Collection[str]) -> Hidden:
    """What of the program is hidden from somebody who belongs to these clubs."""
    return program.hiding.hidden(clubs)
