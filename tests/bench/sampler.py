"""Where Python spends its CPU time: the stack is looked at every few milliseconds of it.

Cheaper and truer than tracing each call, which makes small functions look dear. What happens inside
C code without a Python frame of its own counts to its caller, or, when the event loop called it
(reading from sockets, waking tasks), to nobody: LOOP.
"""

import collections
import pathlib
import signal
import time
from types import FrameType, TracebackType
from typing import Final, Self

SECONDS_PER_SAMPLE: Final = 0.002
LOOP: Final = "event loop, driver reading answers"
DRIVER: Final = "asyncpg"

Place = tuple[str, str]  # (end of the file's path without .py, function)


class Sampler:
    """`steps`: functions -> what is going on in them; the innermost on the stack counts.

    `by_step` and `driver` (the part of a step inside asyncpg) are CPU seconds, `by_function` too,
    of the innermost Python function.
    """

    def __init__(self, steps: dict[Place, str]) -> None:
        self.by_step: collections.Counter[str] = collections.Counter()
        self.driver: collections.Counter[str] = collections.Counter()
        self.by_function: collections.Counter[str] = collections.Counter()
        self.samples = 0
        self.cpu_seconds = 0.0
        self._steps = steps
        self._known: dict[object, str | None] = {}

    def __enter__(self) -> Self:
        self._began = time.process_time()
        self._before = signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, SECONDS_PER_SAMPLE, SECONDS_PER_SAMPLE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, self._before)
        self.cpu_seconds = time.process_time() - self._began

    def share(self, samples: int) -> float:
        """What part of the CPU time so many samples are."""
        return samples / self.samples if self.samples else 0.0

    def _sample(self, _signal: int, frame: FrameType | None) -> None:
        self.samples += 1
        if frame is None:
            return
        innermost, step = frame, None
        walk: FrameType | None = frame
        while walk is not None and step is None:
            step = self._step_of(walk)
            walk = walk.f_back
        self.by_step[step or LOOP] += 1
        self.by_function[_name(innermost)] += 1
        if DRIVER in innermost.f_code.co_filename:
            self.driver[step or LOOP] += 1

    def _step_of(self, frame: FrameType) -> str | None:
        code = frame.f_code
        if code not in self._known:
            path = pathlib.PurePath(code.co_filename).with_suffix("").as_posix()
            self._known[code] = next(
                (
                    step
                    for (file, function), step in self._steps.items()
                    if code.co_name == function and path.endswith(file)
                ),
                None,
            )
        return self._known[code]


def _name(frame: FrameType) -> str:
    path = pathlib.PurePath(frame.f_code.co_filename)
    return f"{path.parent.name}/{path.name}:{frame.f_code.co_qualname}"
