"""Words in a database: every column that can hold one is searched, whatever tables there are."""

from typing import Final

from tests.flows.shop import Shop

_COLUMNS: Final = """
select c.table_name, c.column_name, c.data_type
from information_schema.columns c
join information_schema.tables t using (table_schema, table_name)
where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
order by c.table_name, c.ordinal_position
"""


async def places(shop: Shop, word: str) -> set[tuple[str, str]]:
    """(table, column) where a value holds the word: as text, or among the bytes of it.

    What is in bytes is stored as UTF-8 in JSON and msgpack alike; case is not looked at.
    """
    async with shop.db.reading() as tx:
        columns = await tx.connection.fetch(_COLUMNS)
        asked = [
            f"select '{table}', '{column}' where exists ("
            f"select from {table} where position($1 in {_text(column, kind)}) > 0)"
            for table, column, kind in columns
        ]
        rows = await tx.connection.fetch(" union all ".join(asked), word)
    return {(row[0], row[1]) for row in rows}


def _text(column: str, kind: str) -> str:
    if kind == "bytea":
        return f"lower(encode({column}, 'escape'))"
    return f"lower({column}::text)"
