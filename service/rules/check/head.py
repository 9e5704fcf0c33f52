"""`program`: name, zone, currency, what prices mean and what never earns."""

import functools
import zoneinfo
from typing import Final

from service.kernel.calendar import Duration, Unit, zone
from service.rules.check import leaves
from service.rules.check.cursor import Cursor, Fields
from service.rules.check.where import where
from service.rules.conditions.lines import Where
from service.rules.currencies import EXPONENTS
from service.rules.document import DiscountCap, Head, Taxed
from service.rules.registry import Info
from service.rules.source import Sequence

KEYS: Final = (
    *("id", "title", "timezone", "currency", "prices", "earns_on", "no_earning"),
    *("discount_caps", "backdate_max", "claim_max"),
)
CAP_KEYS: Final = ("where", "max")
MONTH: Final = Duration(30, Unit.DAY)  # how late purchases and claims may come, by default
NO_EARNING_MAX: Final = 50
CAPS_MAX: Final = 50
_UNKNOWN_ZONE: Final = "UTC"


def currency(at: Cursor) -> str | None:
    """The program's currency; None when it is not one."""
    code = leaves.text(at)
    if code is None or code in EXPONENTS:
        return code
    at.unknown_value("currency", code, EXPONENTS)
    return None


def timezone(at: Cursor, in_use: str | None) -> zoneinfo.ZoneInfo:
    """The program's zone, which has to be the one in use if there is one; UTC when it is none."""
    name = leaves.text(at)
    if name is None:
        return zone(_UNKNOWN_ZONE)
    if name not in _zones():
        at.unknown_value("time zone", name, _zones())
        return zone(_UNKNOWN_ZONE)
    if in_use not in {None, name}:
        at.fail(f"the time zone of a program in use stays {in_use}")
    return zone(name)


def head(
    fields: Fields, code: str | None, tz: zoneinfo.ZoneInfo, line_fields: dict[str, Info]
) -> Head:
    """The section, given what `currency` and `timezone` made of it."""
    return Head(
        id=leaves.ident(fields.need("id")) or "",
        title=leaves.texts(fields["title"]),
        timezone=tz.key,
        currency=code or "",
        prices=_taxed(fields["prices"]),
        earns_on=_taxed(fields["earns_on"]),
        no_earning=_no_earning(fields["no_earning"], line_fields, code),
        discount_caps=_caps(fields["discount_caps"], line_fields, code),
        backdate_max=leaves.duration(fields["backdate_max"]) or MONTH,
        claim_max=leaves.duration(fields["claim_max"]) or MONTH,
    )


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones() - {"localtime"})


def _taxed(at: Cursor) -> Taxed:
    return Taxed(leaves.choice(at, tuple(Taxed)) or Taxed.GROSS)


def _no_earning(at: Cursor, line_fields: dict[str, Info], code: str | None) -> tuple[Where, ...]:
    if at.node is None:
        return ()
    many = isinstance(at.node, Sequence)
    items = at.items("a list of mappings", least=1, most=NO_EARNING_MAX) if many else [at]
    return tuple(where(item, line_fields, code) for item in items)


def _caps(at: Cursor, line_fields: dict[str, Info], code: str | None) -> tuple[DiscountCap, ...]:
    found = []
    for item in at.items("a list of caps", least=1, most=CAPS_MAX):
        fields = item.fields(CAP_KEYS)
        lines = where(fields["where"], line_fields, code)
        found.append(DiscountCap(lines, leaves.share(fields.need("max")) or (1, 1)))
    return tuple(found)
