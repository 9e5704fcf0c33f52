"""What a caller can run into with programs."""

import dataclasses
import datetime as dt

from service.kernel.errors import Conflict, NotFound, Unavailable, Unprocessable


class NoProgram(Unavailable):
    """No program has been published yet; publish one with `regulars program apply`."""


class VersionBehind(Unavailable):
    """This worker has not loaded the newest program version yet; send the request again."""


class VersionNotFound(NotFound):
    """There is no such program version."""


@dataclasses.dataclass(eq=False, kw_only=True)
class ProgramInvalid(Unprocessable):
    """The program file has problems."""

    problems: tuple[str, ...]

    def detail(self) -> str:
        """The first problem and how many there are."""
        return f"{len(self.problems)} problem(s); the first: {self.problems[0]}"


@dataclasses.dataclass(eq=False, kw_only=True)
class EffectiveTooEarly(Unprocessable):
    """A version takes effect after the one before it, and not before every worker has it."""

    earliest: dt.datetime


class PublishedMeanwhile(Conflict):
    """Somebody else published a version at the same moment; plan again."""
