"""`coupons`: templates of what a code or a coupon in a member's list gives."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Final

from service.kernel.calendar import end_of_day, start_of_day
from service.kernel.codes import LONGEST, SHORTEST, normalise
from service.rules.check import described, effects, leaves
from service.rules.check.conditions import condition
from service.rules.check.cursor import Cursor, Fields
from service.rules.check.discounts import discount
from service.rules.check.early import early_access
from service.rules.check.limits import TIMES_MAX, limited
from service.rules.check.rules import PRIORITY_MAX
from service.rules.check.scope import Scope
from service.rules.document import ComesBack, CouponTemplate, Limit, Recover, Validity

GIVES: Final = ("discount", "multiply", "points")
KEYS: Final = (
    *(*described.KEYS, *GIVES, "when", "valid", "limit"),
    *("personal", "code", "priority", "comes_back", "recover", "early_access"),
)
VALID_KEYS: Final = ("for", "from", "until")
LIMIT_KEYS: Final = ("uses", "per_member", "per")
ID_PATTERN: Final = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
CODE_MAX: Final = 64  # characters as written, as a request may have
COUPONS_MAX: Final = 1000
USES_MAX: Final = 1_000_000_000  # of a shared code


def coupons(
    at: Cursor, scope: Scope, before: Mapping[str, CouponTemplate]
) -> dict[str, CouponTemplate]:
    """By id, in the order of the file; `before`: those of the version before."""
    found = {}
    codes: dict[str, Cursor] = {}
    children = list(at.children("a mapping of coupons"))
    for child in children:
        name = child.key.text if child.key else ""
        if not re.fullmatch(ID_PATTERN[1:-1], name):
            child.fail_key("expected a key of at most 64 of a-z, A-Z, 0-9, - and _")
        named = child.named(f"coupon '{name}'")
        found[name] = _template(named, name, scope, codes)
        if name in before and (kind := _kind(before[name])) != _kind(found[name]):
            named.fail_key(f"a coupon in use stays one with {kind}: declare a new one")
    if len(children) > COUPONS_MAX:
        at.fail(f"{len(children)} coupons, at most {COUPONS_MAX} are allowed")
    return found


def _template(at: Cursor, name: str, scope: Scope, codes: dict[str, Cursor]) -> CouponTemplate:
    fields = at.fields(KEYS)
    fields.only(GIVES)
    code, shown = _code(fields["code"], codes)
    personal = leaves.flag(fields["personal"]) or False
    if personal:
        fields["code"].fail_key("a personal coupon has a code of its own: leave out 'code'")
    uses, per_member = _limits(fields["limit"], shared="code" in fields)
    valid = _validity(fields["valid"], scope, shared="code" in fields)
    comes_back = leaves.choice(fields["comes_back"], tuple(ComesBack))
    template = CouponTemplate(
        at=at.path,
        id=name,
        priority=leaves.whole(fields["priority"], -PRIORITY_MAX, PRIORITY_MAX) or 0,
        code=code,
        code_shown=shown,
        personal=personal,
        when=condition(fields["when"], dataclasses.replace(scope, before_discounts=True)),
        valid=valid,
        early_access=early_access(fields["early_access"], scope, starts=valid.from_at is not None),
        uses=uses,
        per_member=per_member,
        comes_back=ComesBack(comes_back) if comes_back else ComesBack.WHOLE,
        recover=_recover(fields, scope, personal=personal),
        discount=discount(fields["discount"], scope) if "discount" in fields else None,
        multiply=effects.multiply(fields["multiply"], scope) if "multiply" in fields else None,
        points=effects.points(fields["points"], scope) if "points" in fields else None,
    )
    return described.described(template, fields)


def _kind(template: CouponTemplate) -> str:
    if template.personal:
        return "a place in members' lists ('personal: true')"
    return "unique codes (no 'code')" if template.code is None else "one shared 'code'"


def _code(at: Cursor, seen: dict[str, Cursor]) -> tuple[str | None, str | None]:
    written = leaves.text(at, CODE_MAX)
    if written is None:
        return None, None
    code = normalise(written)
    if code is None:
        at.expected(
            f"a code of {SHORTEST} to {LONGEST} digits and letters A to Z (case, spaces and "
            "dashes do not count; O is read as 0, I and L as 1, U as V)"
        )
    elif code in seen:
        at.fail(f"{seen[code].path} has the same code, as people type codes")
    else:
        seen[code] = at
    return code, written


def _validity(at: Cursor, scope: Scope, *, shared: bool) -> Validity:
    if at.node is None:
        return Validity()
    fields = at.fields(VALID_KEYS)
    if not fields.found and fields.clean and at.got() == "a mapping":
        at.fail(f"needs at least one of {', '.join(VALID_KEYS)}")
    if shared:
        fields["for"].fail_key("a shared code is not issued: say 'from' and 'until'")
    first, last = leaves.date(fields["from"]), leaves.date(fields["until"])
    if first is not None and last is not None and last < first:
        fields["until"].fail(f"'until' is before 'from', {first}")
    return Validity(
        lasts=leaves.duration(fields["for"]),
        from_at=None if first is None else start_of_day(first, scope.zone),
        until_at=None if last is None else end_of_day(last, scope.zone),
    )


def _limits(at: Cursor, *, shared: bool) -> tuple[int | None, Limit | None]:
    once = None if shared else 1
    if at.node is None:
        return once, None
    fields = at.fields(LIMIT_KEYS)
    if not fields.found and fields.clean and at.got() == "a mapping":
        at.fail("needs at least one of uses, per_member")
    uses = leaves.whole(fields["uses"], 1, USES_MAX if shared else TIMES_MAX)
    if "per_member" not in fields:
        fields["per"].fail_key("'per' goes with 'per_member'")
        return uses or once, None
    return uses or once, limited(fields["per_member"], fields["per"])


def _recover(fields: Fields, scope: Scope, *, personal: bool) -> Recover:
    word = leaves.choice(fields["recover"], tuple(Recover))
    if word != Recover.POINTS:
        return Recover.NOTHING
    at = fields["recover"]
    if not personal or "discount" not in fields:
        at.fail("only what a personal coupon took off a price can be recovered")
    elif not any(wallet.redeem for wallet in scope.wallets.values()):
        at.fail("no wallet has 'redeem', so there is no rate to recover points at")
    return Recover.POINTS
