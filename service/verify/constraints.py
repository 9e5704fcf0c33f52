"""I2: the walls of sql/schema.sql stand in the database, valid, and no row is beyond one.

The statements that look for such rows are made from the schema, so that a wall that is gone or was
weakened is looked behind all the same.
"""

from typing import Final

from service.infra.sql import load, root
from service.verify import walls
from service.verify.look import Look
from service.verify.report import Check
from service.verify.walls import Schema, Wall

SQL: Final = load("verify")


async def look_at_all(look: Look) -> None:
    """Compare the catalog with the schema, then look for rows beyond the walls."""
    schema = walls.read((root() / "schema.sql").read_text(encoding="utf-8"))
    tables = await _compare(look, schema)
    for wall in schema.walls.values():
        needed = {wall.table, *([wall.refers[0]] if wall.refers else [])}
        if (wall.check is not None or wall.refers is not None) and needed <= tables:
            await _look_behind(look, schema, wall)


async def _compare(look: Look, schema: Schema) -> set[str]:
    """Tell what is missing or weaker; answers the tables that are there."""
    have = {
        (row["table_name"], row["name"]): (row["definition"], row["valid"], row["enforced"])
        for row in await look.tx.rows(SQL["list_constraints"])
    }
    for row in await look.tx.rows(SQL["list_unique_indexes"]):
        key = (row["table_name"], row["name"])
        have.setdefault(key, (row["definition"], True, True))
        if not row["valid"]:
            look.tally.differ(Check.CONSTRAINTS, _place(*key), "its index is not valid")
    for key, wall in schema.walls.items():
        look.tally.count(Check.CONSTRAINTS, 1)
        for text in _wrong(wall, have.get(key)):
            look.tally.differ(Check.CONSTRAINTS, _place(*key), text)
    required = {(row[0], row[1]) for row in await look.tx.rows(SQL["list_required"])}
    for table, column in sorted(schema.required - required):
        look.tally.differ(Check.CONSTRAINTS, f"table {table}, column {column}", "may be null")
    return {table for table, _ in required}


def _place(table: str, name: str) -> str:
    return f"table {table}, constraint {name}"


def _wrong(wall: Wall, have: tuple[str, bool, bool] | None) -> list[str]:
    if have is None:
        return ["is missing"]
    definition, valid, enforced = have
    found = []
    if not valid:
        found.append("is NOT VALID")
        definition = definition.removesuffix(" NOT VALID")
    if not enforced:
        found.append("is not enforced: its triggers are disabled")
    if walls.normal(definition) != wall.says:
        found.append(f"is another than in the schema: {definition}")
    return found


async def _look_behind(look: Look, schema: Schema, wall: Wall) -> None:
    """Rows for which the wall does not hold, some of them by their keys."""
    beyond = f"({wall.check}) is false" if wall.check else _orphans(wall)
    keys = ", ".join(f"t.{column}" for column in schema.keys[wall.table])
    rows = await look.tx.connection.fetch(
        f"select concat_ws(' ', {keys}) as key, count(*) over () as beyond"
        f" from {wall.table} t where {beyond} limit $1",
        look.tally.named_max,
    )
    times = rows[0]["beyond"] if rows else 0
    for row in rows:
        text = f"row {row['key']} is beyond it"
        look.tally.differ(Check.CONSTRAINTS, _place(wall.table, wall.name), text, times)
        times = 0


def _orphans(wall: Wall) -> str:
    if wall.refers is None:
        raise ValueError(wall.name)
    other, theirs = wall.refers
    given = " and ".join(f"t.{mine} is not null" for mine in wall.columns)
    same = " and ".join(
        f"o.{their} = t.{mine}" for mine, their in zip(wall.columns, theirs, strict=True)
    )
    return f"{given} and not exists (select from {other} o where {same})"
