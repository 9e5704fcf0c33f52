"""From when until when a coupon can be used."""

import datetime as dt
import zoneinfo

import msgspec

from service.domain.coupons.types import CouponRow
from service.domain.coupons.validity import end_of, first_use, span, uses_max
from service.kernel.calendar import Duration, Unit
from service.kernel.ids import new_id
from service.rules.clubs import EarlyAccess
from service.rules.document import CouponTemplate, Validity

WARSAW = zoneinfo.ZoneInfo("Europe/Warsaw")


def at(day: int, hour: int = 0) -> dt.datetime:
    return dt.datetime(2026, 3, day, hour, tzinfo=dt.UTC)


def row(start: dt.datetime | None, end: dt.datetime | None) -> CouponRow:
    return CouponRow(
        bytes(32), new_id(), "T", None, "", None, None, None, start, end, 1, 0, None, at(1)
    )


def template(**valid: object) -> CouponTemplate:
    return CouponTemplate(at="", id="T", valid=msgspec.convert(valid, Validity, strict=False))


def test_a_coupon_lasts_by_the_clock_on_the_wall() -> None:
    """29 March 2026 has 23 hours in Warsaw."""
    lasting = CouponTemplate(at="", id="T", valid=Validity(lasts=Duration(2, Unit.DAY)))

    assert end_of(lasting, at(28, 10), WARSAW) == at(30, 9)
    assert end_of(template(), at(28, 10), WARSAW) is None


def test_the_narrower_of_template_and_coupon_counts_at_either_end() -> None:
    dated = template(from_at=at(5), until_at=at(20))

    assert span(dated, None) == (at(5), at(20))
    assert span(dated, row(None, None)) == (at(5), at(20))
    assert span(dated, row(at(3), at(25))) == (at(5), at(20))
    assert span(dated, row(at(7), at(9))) == (at(7), at(9))
    assert span(template(), row(None, at(9))) == (None, at(9))
    assert span(template(), None) == (None, None)


def test_a_code_is_good_once_unless_the_template_says_more() -> None:
    assert uses_max(template()) == 1
    assert uses_max(CouponTemplate(at="", id="T", uses=5)) == 5


def test_members_of_a_club_may_use_it_sooner_but_never_before_its_own_start() -> None:
    early = EarlyAccess("roasters", Duration(3, Unit.DAY))
    dated = msgspec.structs.replace(template(from_at=at(10)), early_access=early)

    assert first_use(dated, None, WARSAW) == at(7)
    assert first_use(dated, row(at(5), None), WARSAW) == at(7)
    assert first_use(dated, row(at(9), None), WARSAW) == at(9)
    assert first_use(template(from_at=at(10)), None, WARSAW) == at(10)
    assert first_use(template(), None, WARSAW) is None
