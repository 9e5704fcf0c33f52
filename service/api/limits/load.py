"""How much is at work in the process, and how long one request more would wait. Pure.

Little's law: the time a request spends here is how many there are, divided by how many are
answered in a second. While a process has little to do, what it answers in a second says nothing
about what it could: so it is judged by that only from `JUDGED_FROM` requests on, and after a second
of having so many. Before that `requests_max` alone holds.
"""

import collections
import math
import time
from collections.abc import Callable
from typing import Final

WAIT_SECONDS_MAX: Final = 1.0
JUDGED_FROM: Final = 32
_MEASURED_SECONDS: Final = 1.0
_SAMPLE_SECONDS: Final = 0.1


class Load:
    """Counts what is at work: `enter` unless `wait` is too long, then `leave`, once each."""

    __slots__ = ("_answered", "_clock", "_requests_max", "_samples", "at_work")

    def __init__(self, requests_max: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.at_work = 0
        self._requests_max = requests_max
        self._clock = clock
        self._answered = 0
        # (when, how many were answered by then) since the process has been busy
        self._samples: collections.deque[tuple[float, int]] = collections.deque()

    def enter(self) -> None:
        """A request is at work."""
        self.at_work += 1

    def leave(self) -> None:
        """It was answered."""
        self.at_work -= 1
        self._answered += 1
        if self._samples and self.at_work < JUDGED_FROM:
            self._samples.clear()

    def is_full(self) -> bool:
        """One request more would be too much, or wait too long."""
        if self.at_work < JUDGED_FROM:
            return self.at_work >= self._requests_max
        return self.at_work >= self._requests_max or self.wait() > WAIT_SECONDS_MAX

    def wait(self) -> float:
        """Seconds one request more is expected to spend here; 0 when that is not known."""
        now = self._clock()
        samples = self._samples
        if not samples or now - samples[-1][0] >= _SAMPLE_SECONDS:
            samples.append((now, self._answered))
        while len(samples) > 1 and now - samples[1][0] >= _MEASURED_SECONDS:
            samples.popleft()
        seconds = now - samples[0][0]
        if seconds < _MEASURED_SECONDS:
            return 0.0
        answered = self._answered - samples[0][1]
        return self.at_work * seconds / answered if answered else math.inf
