"""All data held on a person, as one JSON document that is sent part by part.

Lists that grow for ever (entries, purchases, activities, coupons, redemptions) are read page by
page, so that the memory it takes does not grow with the member's years; what is written meanwhile
may be in it or not.
"""

import enum
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from typing import Any, Final, Protocol, TypeVar

import msgspec

from service.domain.approvals.types import State as ApprovalState
from service.domain.clubs.applications import State as ApplicationState
from service.domain.clubs.steps import What
from service.domain.exports import store
from service.domain.holds.types import State as HoldState
from service.domain.households.types import Role
from service.domain.members import store as member_rows
from service.domain.operations.store import Kind as OperationKind
from service.domain.transfers.types import Kind as TransferKind
from service.flows.reads import (
    activities,
    clubs,
    coupons,
    history,
    households,
    members,
    purchases,
    receipts,
    rewards,
)
from service.flows.steps.context import Context
from service.kernel.texts import Languages

PAGE: Final = 100
T = TypeVar("T")
_encode: Final = msgspec.json.Encoder().encode
_ALL_LANGUAGES: Final[Languages] = ()
_NAMES: Final[Mapping[tuple[str, str], type[enum.IntEnum]]] = {
    ("operations", "kind"): OperationKind,
    ("transfers", "kind"): TransferKind,
    ("holds", "state"): HoldState,
    ("approvals", "state"): ApprovalState,
    ("households", "role"): Role,
    ("club_applications", "state"): ApplicationState,
    ("club_history", "kind"): What,
}


class _Page(Protocol):
    """A page of any list."""

    @property
    def items(self) -> tuple[Any, ...]:
        """What is on it."""

    @property
    def next(self) -> str | None:
        """The cursor of the next one, None on the last."""


Ask = Callable[[str | None], Awaitable[_Page]]


async def export(ctx: Context, member_id: uuid.UUID) -> AsyncGenerator[bytes, None]:
    """The parts of the document, once it is known that there is one; MemberNotFound."""
    person = await members.member(ctx, member_id)
    return _parts(ctx, member_id, person)


async def _parts(
    ctx: Context, member_id: uuid.UUID, person: msgspec.Struct
) -> AsyncGenerator[bytes, None]:
    tiers = await members.tier(ctx, member_id, _ALL_LANGUAGES)
    yield b'{"member":' + _encode(person) + b',"tiers":' + _encode(tiers.ladders)
    belongs = await households.of_member(ctx, member_id, _ALL_LANGUAGES)
    yield b',"household":' + _encode(belongs)
    in_clubs = await clubs.of_member(ctx, member_id, _ALL_LANGUAGES, history=True)
    yield b',"clubs":' + _encode(in_clubs)
    for name, rows in (await _rows(ctx, member_id)).items():
        yield b"," + _encode(name) + b":" + _encode(rows)
    for name, ask in _lists(ctx, member_id).items():
        async for part in _list(name, ask):
            yield part
    async for part in _purchases(ctx, member_id):
        yield part
    async for part in _merged(ctx, member_id):
        yield part
    yield b"}"


async def _merged(ctx: Context, member_id: uuid.UUID) -> AsyncGenerator[bytes, None]:
    """Those who are the member now: the person as they were, and what was written with them."""
    async with ctx.db.reading() as tx:
        people = await member_rows.merged_into(tx, member_id)
    yield b',"merged":['
    comma = b""
    for one in people:
        person = {"id": one.holder_id, "enrolled_at": one.enrolled_at, "profile": one.profile}
        shown = {**person, "fields": one.fields, "identifiers": one.identifiers}
        yield comma + b'{"member":' + _encode(shown)
        for name, rows in (await _rows(ctx, one.holder_id)).items():
            yield b"," + _encode(name) + b":" + _encode(rows)
        for name, ask in _entries(ctx, one.holder_id, before_merge=True).items():
            async for part in _list(name, ask):
                yield part
        yield b"}"
        comma = b","
    yield b"]"


def _entries(ctx: Context, member_id: uuid.UUID, *, before_merge: bool = False) -> dict[str, Ask]:
    def entries(wallet: str) -> Ask:
        return lambda cursor: history.entries(
            ctx, member_id, wallet, cursor, PAGE, before_merge=before_merge
        )

    wallets = {ctx.programs.wallet_id(number) for number in ctx.programs.wallets}
    return {f"entries.{wallet}": entries(wallet) for wallet in sorted(wallets)}


def _lists(ctx: Context, member_id: uuid.UUID) -> dict[str, Ask]:
    """What is read page by page, by its name in the document."""
    return {
        **_entries(ctx, member_id),
        "activities": lambda cursor: activities.of_member(ctx, member_id, cursor, PAGE),
        "coupons": lambda cursor: coupons.coupons(ctx, member_id, _ALL_LANGUAGES, cursor, PAGE),
        "redemptions": lambda cursor: rewards.redemptions(
            ctx, member_id, cursor, PAGE, _ALL_LANGUAGES
        ),
    }


async def _list(name: str, ask: Ask) -> AsyncGenerator[bytes, None]:
    yield b"," + _encode(name) + b":["
    comma, cursor = b"", None
    while True:
        page = await ask(cursor)
        for item in page.items:
            yield comma + _encode(item)
            comma = b","
        if page.next is None:
            break
        cursor = page.next
    yield b"]"


async def _purchases(ctx: Context, member_id: uuid.UUID) -> AsyncGenerator[bytes, None]:
    """Each with its receipt, and why it earned what it did as a member may read it."""
    yield b',"purchases":['
    comma, cursor = b"", None
    while True:
        page = await receipts.of_member(ctx, member_id, cursor, PAGE)
        for one in page.items:
            receipt = await purchases.purchase(ctx, one.id)
            why = await purchases.explanation(ctx, one.id, full=False)
            yield comma + b'{"receipt":' + _encode(receipt) + b',"why":' + _encode(why.rules) + b"}"
            comma = b","
        if page.next is None:
            break
        cursor = page.next
    yield b"]"


async def _rows(ctx: Context, member_id: uuid.UUID) -> dict[str, list[dict[str, Any]]]:
    async with ctx.db.reading() as tx:
        found = await store.rows(tx, member_id)
    for section, rows in found.items():
        for row in rows:
            for name in row:
                row[name] = _named(ctx, section, name, row[name])
    return found


def _named(ctx: Context, section: str, name: str, value: Any) -> Any:
    """What a number stands for."""
    of_enum = _NAMES.get((section, name))
    if of_enum is not None:
        return of_enum(value).name.lower()
    if name == "wallet":
        return ctx.programs.wallet_id(value)
    if name == "badge":
        return ctx.programs.badge_id(value)
    if name == "club":
        return _newest(program.clubs_by_number for program in ctx.programs.compiled)[value].id
    if name == "segment":
        return _newest(program.segments_by_number for program in ctx.programs.compiled)[value].id
    return value


def _newest(tables: Iterable[Mapping[int, T]]) -> dict[int, T]:
    """Number -> what the newest version that has it says of it."""
    return {number: one for table in tables for number, one in table.items()}
