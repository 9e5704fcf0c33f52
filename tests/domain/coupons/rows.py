"""Coupons for tests of stores."""

import datetime as dt
import uuid
from typing import Any

from service.domain.coupons import codes, store
from service.domain.coupons.types import NewCoupon
from service.infra.db import Tx
from service.kernel.ids import new_id

SECRET = b"a secret of the tests"
NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def hours(count: float) -> dt.datetime:
    """So many hours after NOW."""
    return NOW + dt.timedelta(hours=count)


async def personal(tx: Tx, holder: uuid.UUID, at: dt.datetime = NOW, **fields: Any) -> bytes:
    """A coupon in a list; answers its digest."""
    given = {"template": "GIFT", "origin_op": new_id(), **fields}
    coupon = NewCoupon(coupon_id=new_id(), holder_id=holder, **given)
    await store.issue(tx, SECRET, [coupon], at)
    return codes.digest(SECRET, store.code_of(SECRET, coupon.coupon_id))
