"""What operations took of wallets, so that it can come back; also when members were merged since.

What was written of a purchase lies with whom it was then: with its holder, or with one of the kin.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from service.domain.wallets.lots import Lot
from service.domain.wallets.redeemed import Redeemed, redemption_id
from service.domain.wallets.store import Books
from service.domain.wallets.types import Reason
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask

SQL: Final = load("wallets")

Redemptions = dict[tuple[uuid.UUID, int], Redeemed]  # purchase, wallet number


Kin = Mapping[uuid.UUID, Collection[uuid.UUID]]  # holder -> all it was ever merged with


async def load_redeemed(
    tx: Tx, found: Books, whose: Mapping[uuid.UUID, uuid.UUID], kin: Kin
) -> Redemptions:
    """What purchases redeemed and have not got back; their lots are put into the books.

    `whose`: purchase -> holder of the book. With a kin it may have been redeemed, or given back.
    """
    by_operation = {redemption_id(purchase_id): purchase_id for purchase_id in whose}
    holders = _with_kin(whose.values(), kin)
    taken = Ask(
        SQL["list_redeemed_lots"],
        list,
        holders=holders,
        operations=list(by_operation),
        redeemed=int(Reason.REDEEMED),
    )
    back = Ask(
        SQL["list_given_back"],
        list,
        holders=holders,
        purchases=list(whose),
        given_back=int(Reason.GIVEN_BACK),
    )
    await tx.ask_all([taken, back])
    of_operations = {op_id: whose[purchase_id] for op_id, purchase_id in by_operation.items()}
    redeemed: Redemptions = {
        (by_operation[op_id], wallet): one
        for (op_id, wallet), one in _redeemed(found, taken.answer, of_operations).items()
    }
    for purchase_id, wallet, lot_holder, lot_no, units in back.answer:
        book = found[whose[purchase_id], wallet]
        one = redeemed[purchase_id, wallet]
        one.came_back(None if lot_no is None else book.lots.place_of(lot_holder, lot_no), units)
    return redeemed


async def load_taken(
    tx: Tx,
    found: Books,
    whose: Mapping[uuid.UUID, uuid.UUID],
    kin: Kin,
    reason: Reason = Reason.REDEEMED,
) -> Redemptions:
    """What operations took of which nothing has come back: (operation, wallet) -> that.

    Their lots are put into the books. `whose`: operation -> holder of the book.
    """
    rows = await tx.rows(
        SQL["list_redeemed_lots"],
        holders=_with_kin(whose.values(), kin),
        operations=list(whose),
        redeemed=int(reason),
    )
    return _redeemed(found, rows, whose)


async def load_taken_of(
    tx: Tx, found: Books, holders: Sequence[uuid.UUID], operations: Sequence[uuid.UUID]
) -> dict[tuple[uuid.UUID, uuid.UUID], Redeemed]:
    """The same of operations that take of one wallet of several holders: (holder, operation)."""
    rows = await tx.rows(
        SQL["list_redeemed_lots"],
        holders=list(holders),
        operations=list(operations),
        redeemed=int(Reason.REDEEMED),
    )
    by_holder: dict[uuid.UUID, list[Any]] = {}
    for row in rows:
        by_holder.setdefault(row[0], []).append(row)
    return {
        (holder_id, op_id): one
        for holder_id, own in by_holder.items()
        for (op_id, _), one in _redeemed(found, own, dict.fromkeys(operations, holder_id)).items()
    }


def _with_kin(holders: Iterable[uuid.UUID], kin: Kin) -> list[uuid.UUID]:
    return list({one for holder_id in holders for one in (holder_id, *kin.get(holder_id, ()))})


def _redeemed(
    found: Books, rows: Sequence[Any], whose: Mapping[uuid.UUID, uuid.UUID]
) -> Redemptions:
    """In the order the lots were taken; the lots go into the books."""
    redeemed: Redemptions = {}
    for row in rows:
        wallet, (op_id, at, units, owed) = row[1], row[13:]
        one = redeemed.setdefault((op_id, wallet), Redeemed(op_id, at, {}, owed))
        if row[2] is not None:
            book = found[whose[op_id], wallet]
            one.takes[book.lots.put(row[0], Lot(*row[2:13]))] = units
    return redeemed


async def lapsed(
    tx: Tx, holders: Sequence[uuid.UUID], operations: Sequence[uuid.UUID], kin: Kin
) -> dict[tuple[uuid.UUID, int], int]:
    """(operation, wallet) -> units of its own lots that expired, with the holder or its kin."""
    families = {
        one: min(family)
        for holder_id in holders
        for family in [{holder_id, *kin.get(holder_id, ())}]
        for one in family
    }
    rows = await tx.rows(
        SQL["list_lapsed"],
        holders=list(families),
        families=list(families.values()),
        operations=list(operations),
        expired=int(Reason.EXPIRED),
    )
    found: dict[tuple[uuid.UUID, int], int] = {}
    for _, op_id, wallet, units in rows:
        found[op_id, wallet] = found.get((op_id, wallet), 0) + units
    return found


async def mark_homes(
    tx: Tx,
    holder_id: uuid.UUID,
    before: Collection[uuid.UUID],
    operations: Mapping[uuid.UUID, uuid.UUID],
) -> None:
    """Each lot of a holder into whom somebody is merged says whose it was before.

    `before`: who was merged into the holder already, and `operations` (-> of which of them) that
    earned since; what is of none of them is the holder's.
    """
    await tx.run(
        SQL["mark_homes"],
        holder=holder_id,
        before=list(before),
        operations=list(operations),
        operation_homes=list(operations.values()),
    )


async def in_place(tx: Tx, holder_id: uuid.UUID) -> dict[tuple[int, int], uuid.UUID]:
    """Lots of a holder (wallet, number) that stand for those of others of the family -> whose."""
    rows = await tx.rows(SQL["list_in_place"], holder=holder_id)
    return {(row[0], row[1]): row[2] for row in rows}
