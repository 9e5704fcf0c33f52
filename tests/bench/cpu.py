"""CPU time of the parties of a measurement: what is left of the truth on a busy machine."""

import resource

import msgspec
import psutil


class Cpu(msgspec.Struct, frozen=True):
    """CPU seconds: the callers (or pgbench), the server over HTTP, PostgreSQL."""

    callers: float
    server: float
    postgres: float

    def each(self, count: float) -> "Cpu":
        """Microseconds of one of so many."""
        callers, server, postgres = (
            seconds / count * 1e6 for seconds in (self.callers, self.server, self.postgres)
        )
        return Cpu(callers, server, postgres)


def ended() -> float:
    """Seconds of all processes we have waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def tree_seconds(pid: int) -> float:
    """Of a process and of all it ever started, the ended ones included once it waited for them."""
    top = psutil.Process(pid)
    return sum(_seconds(one) for one in (*top.children(recursive=True), top))


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # it ended this moment: its parent has its time now
        return 0.0
    return sum((times.user, times.system, times.children_user, times.children_system))
