"""CPU time of the parties of a measurement: what is left of the truth on a busy machine."""

import resource

import msgspec
import psutil


class Cpu(msgspec.Struct, frozen=True):
    """CPU seconds: the callers (or pgbench), the server over HTTP, PostgreSQL."""

    callers: float
    server: float
    postgres: float

    def minus(self, before: "Cpu") -> "Cpu":
        """What was used since."""
        return Cpu(
            self.callers - before.callers,
            self.server - before.server,
            self.postgres - before.postgres,
        )

    def each(self, count: float) -> "Cpu":
        """Microseconds of one of so many."""
        callers, server, postgres = (
            seconds / count * 1e6 for seconds in (self.callers, self.server, self.postgres)
        )
        return Cpu(callers, server, postgres)


def used(server: int | None, postgres: int) -> Cpu:
    """Up to now: processes we waited for, and the trees of two processes."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cpu(
        ended.ru_utime + ended.ru_stime,
        0.0 if server is None else tree_seconds(server),
        tree_seconds(postgres),
    )


def tree_seconds(pid: int) -> float:
    """Of a process and of all it ever started, the ended ones included once it waited for them."""
    top = psutil.Process(pid)
    times = [one.cpu_times() for one in (top, *top.children(recursive=True))]
    return sum(one.user + one.system + one.children_user + one.children_system for one in times)
