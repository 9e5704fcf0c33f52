"""Lots in a wallet by hand: earned by an operation, settled until a day."""

import datetime as dt
import uuid

from service.domain.wallets.entries import Op
from service.domain.wallets.lot_book import LotBook
from service.domain.wallets.lots import Due, Lot
from service.domain.wallets.types import Reason

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HOLDER = uuid.UUID(int=1)


def day(n: float) -> dt.datetime:
    return START + dt.timedelta(days=n)


def earn(
    wallet: LotBook,
    amount: int,
    op: int,
    *,
    on: float = 0,
    available: float | None = None,
    expires: float | None = None,
) -> Lot:
    """Earned on a day, by default available from then on."""
    return wallet.earn(
        Op(uuid.UUID(int=op)),
        amount,
        reason=Reason.EARNED,
        occurred_at=day(on),
        earned_at=day(on),
        available_at=day(on if available is None else available),
        expires_at=None if expires is None else day(expires),
        origin_holder=HOLDER,
        origin_op=uuid.UUID(int=op),
    )


def settle(wallet: LotBook, until: float) -> None:
    for at, kind, lot_no in wallet.due(day(until)):
        if kind is Due.RELEASE:
            wallet.release(lot_no, at)
        else:
            wallet.expire(lot_no)
    wallet.settled_at = day(until)
