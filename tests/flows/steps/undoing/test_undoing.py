"""Who may undo what was done where; each done at noon of 2 March 2026 in Warsaw."""

import datetime as dt
import uuid
from typing import Any, Final

import msgspec
import pytest

from service.domain.operations.errors import OutsideUndoWindow
from service.domain.operations.store import Kind
from service.domain.operations.undos import Done
from service.flows.steps.context import Context
from service.flows.steps.undoing.undoing import Undoing, UndoOperation, check_window
from service.kernel.actor import ActorKind
from tests.flows.shop import TILL, Shop, day
from tests.flows.undoing import ANN, BEN, ELSEWHERE, MANAGER

DONE: Final = Done(
    holder_id=uuid.UUID(int=1),
    op_id=uuid.UUID(int=2),
    kind=Kind.ADJUSTMENT,
    actor_kind=ActorKind.STAFF,
    actor_id="ann",
    client_id=TILL.client_id,
    store="waw-01",
    recorded_at=day(0) + dt.timedelta(hours=1),
    undone=None,
)


def is_open(ctx: Context, given: Any, done: Done, store: str | None, at: dt.datetime) -> bool:
    """That actor may undo it at that store then."""
    body = UndoOperation(reason="a mistake", store=store)
    try:
        check_window(ctx, Undoing(given, DONE.op_id, body), done, at)
    except OutsideUndoWindow:
        return False
    return True


NOWHERE: Final = msgspec.structs.replace(ANN, store=None)
PLAIN: Final = msgspec.structs.replace(DONE, store=None)
OLD: Final = msgspec.structs.replace(PLAIN, client_id=None)
LATER: Final = day(0.3)
TOMORROW: Final = day(1)


@pytest.mark.parametrize(
    ("actor", "done", "store", "at", "allowed"),
    [
        (ANN, DONE, None, LATER, True),  # her own till's store
        (ELSEWHERE, DONE, None, LATER, True),  # another client of that store
        (BEN, DONE, None, LATER, False),
        (NOWHERE, DONE, None, LATER, False),
        (NOWHERE, DONE, "waw-01", LATER, True),
        (ANN, DONE, None, TOMORROW, False),
        (MANAGER, DONE, None, TOMORROW, True),
        (ANN, PLAIN, None, LATER, True),  # done at no store by the same client
        (ELSEWHERE, PLAIN, "waw-01", LATER, False),
        (ANN, PLAIN, None, TOMORROW, False),
        (ELSEWHERE, OLD, None, LATER, False),  # from before the client was kept: the same actor
        (ANN, OLD, None, LATER, True),
        (msgspec.structs.replace(ANN, kind=ActorKind.PARTNER), OLD, None, LATER, False),
    ],
)
async def test_who_may_undo(
    actor: Any, done: Done, store: str | None, at: dt.datetime, allowed: bool, shop: Shop
) -> None:
    assert is_open(shop.built.ctx, actor, done, store, at) is allowed
