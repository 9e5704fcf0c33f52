"""The PostgreSQL the service works on: version, clock, settings, connections, old rows. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from service.doctor.types import Finding, warning, well, wrong
from service.infra.settings import Settings

VERSION_MIN: Final = 150_000
CLOCK_SECONDS_MAX: Final = 5.0
TRANSACTION_SECONDS_MAX: Final = 300.0
DEAD_ROWS_MIN: Final = 10_000
DEAD_SHARE: Final = 0.5
SPARE: Final = 5  # connections for migrations, commands and psql
SETTINGS: Final = (
    "fsync", "synchronous_commit", "full_page_writes", "autovacuum", "track_counts",
    "max_connections", "superuser_reserved_connections", "reserved_connections",
    "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout",
)  # fmt: skip

_TIME_OUTS: Final = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
_LOST: Final = {
    "fsync": "a crash of the machine can destroy the database",
    "full_page_writes": "a crash of the machine can destroy pages of the database",
    "synchronous_commit": "what was answered can be lost in a crash",
}


def judge_version(number: int, text: str) -> Finding:
    """PostgreSQL 15 or later."""
    if number >= VERSION_MIN:
        return well("version", f"PostgreSQL {text}")
    return wrong("version", f"PostgreSQL {text} is too old", "Move to PostgreSQL 15 or later.")


def judge_clock(ahead_seconds: float) -> Finding:
    """Instants are PostgreSQL's; tokens and requests to others go by the process's clock."""
    if abs(ahead_seconds) <= CLOCK_SECONDS_MAX:
        return well("clock", f"{abs(ahead_seconds):.1f} s apart from PostgreSQL's")
    how = "ahead of" if ahead_seconds > 0 else "behind"
    text = f"this machine's clock is {abs(ahead_seconds):.0f} s {how} PostgreSQL's"
    return wrong("clock", text, "Have both machines keep time by NTP (chrony, systemd-timesyncd).")


def judge_durability(found: Mapping[str, str]) -> Iterator[Finding]:
    """`local` and the like wait for no replica, but for the disk."""
    off = [name for name in _LOST if found.get(name) == "off"]
    for name in off:
        todo = f"Set {name} = on in postgresql.conf and reload: pg_reload_conf()."
        yield wrong("durability", f"{name} is off: {_LOST[name]}", todo)
    if not off:
        yield well("durability", "what was answered is on the disk")


def judge_time_outs(role: str, found: Mapping[str, str]) -> Finding:
    """A statement that never ends holds its locks for ever."""
    missing = [name for name in _TIME_OUTS if found.get(name) == "0"]
    if not missing:
        return well("time-outs", f"of {role}: statements {found['statement_timeout']} ms")
    text = f"{role} has no {', '.join(missing)}: one request can hold locks for ever"
    todo = "Run sql/roles.sql as a superuser; a connection pooler must pass settings of roles on."
    return wrong("time-outs", text, todo)


def judge_connections(settings: Settings, found: Mapping[str, str], limit: int) -> Finding:
    """Each worker makes all of its connections when it starts, and one that watches."""
    needed = settings.workers * (settings.pool_size_max + 1)
    reserved = ("superuser_reserved_connections", "reserved_connections")
    there = int(found["max_connections"]) - sum(int(found.get(name, 0)) for name in reserved)
    if 0 <= limit < there:
        there = limit
    said = f"{needed} for {settings.workers} workers of {there} there are"
    if needed + SPARE <= there:
        return well("connections", said)
    todo = (
        "Set max_connections (or the role's limit) higher, or REGULARS_WORKERS or "
        f"REGULARS_POOL_SIZE_MAX lower; leave {SPARE} for commands. All services that share the "
        "server count."
    )
    return (wrong if needed > there else warning)("connections", said, todo)


def judge_vacuum(
    found: Mapping[str, str], left_out: Sequence[str], dead: Sequence[tuple[str, int, int]]
) -> Iterator[Finding]:
    """Rows are updated all day: without autovacuum tables and indexes only grow."""
    begun = len(left_out) + len(dead)
    for name in ("autovacuum", "track_counts"):
        if found.get(name) == "off":
            begun += 1
            todo = f"Set {name} = on in postgresql.conf and reload."
            yield wrong("autovacuum", f"{name} is off: dead rows are never removed", todo)
    for table in left_out:
        todo = f"alter table {table} reset (autovacuum_enabled);"
        yield wrong("autovacuum", f"{table} is left out of autovacuum", todo)
    for table, rows, live in dead:
        text = f"{table} has {rows:,} dead rows beside {live:,}"
        todo = f"vacuum (analyze) {table}; then see why autovacuum does not come after it."
        yield warning("autovacuum", text, todo)
    if not begun:
        yield well("autovacuum", "on, and it keeps up")


def judge_transactions(oldest: tuple[str, float] | None) -> Finding:
    """While a transaction is open no row that died since is removed, in any table."""
    if oldest is None or oldest[1] <= TRANSACTION_SECONDS_MAX:
        return well("transactions", "none is old, of those this role may see")
    who, seconds = oldest
    text = f"{who} has been open for {seconds / 60:.0f} minutes: dead rows stay meanwhile"
    todo = "Find out who it is; end it: select pg_terminate_backend(pid), or rollback prepared."
    return warning("transactions", text, todo)
