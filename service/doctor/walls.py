"""What the schema says and the database has become: roles, grants, migrations, indexes. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from service.doctor.types import Finding, warning, well, wrong

OWNER: Final = "regulars_owner"
SERVING: Final = ("regulars", "regulars_jobs")
EVERYBODY: Final = "public"
NAMED_MAX: Final = 5  # of a kind; the rest are counted

_GRANT: Final = re.compile(r"^grant (.+?) on (.+?) to ([^;]+);", re.DOTALL | re.MULTILINE)
_PRIVILEGE: Final = re.compile(r"(\w+)(?:\s*\(([^)]*)\))?")
_COMMENT: Final = re.compile(r"--[^\n]*")

Grant = tuple[str, str, str, str]  # table, column or "", role, privilege
Role = tuple[str, bool, bool, int]  # name, mighty, is the owner too, connections at most (-1: any)


def granted(schema: str, tables: Iterable[str]) -> frozenset[Grant]:
    """What `schema.sql` grants; `all tables` are those of the database."""
    found: set[Grant] = set()
    for privileges, objects, roles in _GRANT.findall(_COMMENT.sub("", schema)):
        whole = objects.strip().startswith("all tables")
        named = tables if whole else [one.strip() for one in objects.split(",")]
        for privilege, columns in _PRIVILEGE.findall(privileges):
            parts = [one.strip() for one in columns.split(",")] if columns else [""]
            found |= {
                (table, column, role.strip(), privilege)
                for table in named
                for column in parts
                for role in roles.split(",")
            }
    return frozenset(found)


def judge_grants(wanted: frozenset[Grant], found: frozenset[Grant]) -> Iterator[Finding]:
    """Too few: requests fail. Too many: whoever gets into the service may rewrite the ledger."""
    ours = {one for one in found if one[2] in {*SERVING, EVERYBODY}}
    missing, spare = sorted(wanted - ours), sorted(ours - wanted)
    if missing:
        todo = f"As the owner, for each: {_statement('grant', missing[0])}"
        yield wrong("grants", f"missing: {_listed(map(_said, missing))}", todo)
    if spare:
        todo = f"As the owner, for each: {_statement('revoke', spare[0])}"
        yield wrong("grants", f"beyond the schema: {_listed(map(_said, spare))}", todo)
    if not missing and not spare:
        yield well("grants", "as the schema says")


def judge_roles(role: str, found: Sequence[Role], owners: Iterable[str]) -> Iterator[Finding]:
    """The service may not be able to do more than it was granted; `role`: who it connects as."""
    known = {one[0]: one for one in found}
    wrongs = 0
    for name in (OWNER, *SERVING):
        if name not in known:
            wrongs += 1
            yield wrong("roles", f"there is no role {name}", "Run sql/roles.sql as a superuser.")
    for name in dict.fromkeys((role, *SERVING)):
        _, mighty, is_owner, _ = known.get(name, (name, False, False, -1))
        if mighty or is_owner or name in set(owners):
            wrongs += 1
            how = "is a superuser or may make roles" if mighty else "owns tables of the ledger"
            todo = (
                f"Connect as {SERVING[0]} (REGULARS_DATABASE_URL), and take that from {name}: "
                f"alter role {name} nosuperuser nocreaterole; revoke {OWNER} from {name};"
            )
            yield wrong("roles", f"{name} {how}: it can rewrite history", todo)
    if not wrongs:
        yield well("roles", f"connects as {role}, which owns nothing")


def judge_migrations(missing: Sequence[str], unknown: Sequence[str]) -> Finding:
    """The schema is that of this code."""
    if missing:
        return wrong("migrations", f"missing: {_listed(missing)}", "Run `regulars migrate`.")
    if unknown:
        text = f"the database is ahead of this code: {_listed(unknown)}"
        return warning("migrations", text, "Bring all services to the version that migrated it.")
    return well("migrations", "all applied")


def judge_walls(found: Sequence[tuple[str, str]]) -> Iterator[Finding]:
    """An index that is not valid is not used; a constraint that is not, may be broken already."""
    by_kind: defaultdict[str, list[str]] = defaultdict(list)
    for kind, name in found:
        by_kind[kind].append(name)
    if names := by_kind["index"]:
        todo = f"As the owner: reindex index concurrently {names[0]};"
        yield wrong("indexes", f"not valid: {_listed(names)}", todo)
    else:
        yield well("indexes", "all valid")
    if names := by_kind["constraint"]:
        table, _, name = names[0].rpartition(".")
        todo = f"As the owner: alter table {table} validate constraint {name};"
        yield wrong("constraints", f"not validated: {_listed(names)}", todo)
    else:
        yield well("constraints", "all validated")


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = len(every) - NAMED_MAX
    return ", ".join(every[:NAMED_MAX]) + (f" and {more} more" if more > 0 else "")


def _said(one: Grant) -> str:
    table, column, role, privilege = one
    return f"{role} {privilege} {table}{f'.{column}' if column else ''}"


def _statement(verb: str, one: Grant) -> str:
    table, column, role, privilege = one
    of = f" ({column})" if column else ""
    return f"{verb} {privilege}{of} on {table} {'to' if verb == 'grant' else 'from'} {role};"
