"""The coupons a basket presents: what each text is, and whether it can be used whatever is bought.

Shared codes stand in the program, the others in the table of coupons, whose rows are locked after
the holders and before the slots, in the order of their digests.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from service.domain.coupons import codes, store
from service.domain.coupons.types import CouponRow
from service.domain.coupons.validity import first_use, span
from service.flows.steps import hiding
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.infra.together import Ask
from service.kernel.codes import normalise
from service.rules.compile import Program
from service.rules.document import CouponTemplate
from service.rules.facts import Presented, Unusable
from service.rules.windows import limit_span

# What a till has given away already, though it was not there any more.
SCARCE: Final = frozenset({Unusable.USED_UP, Unusable.MEMBER_LIMIT, Unusable.NEEDS_HOLD})


class Code(msgspec.Struct, frozen=True):
    """A presented text. `digest` None: it is no code; `template`: of a shared one.

    `secret`: what a shared one that is for a hidden club is called before others, who must not see
    that it is one: as an unknown code is.
    """

    shown: str
    digest: bytes | None = None
    template: str | None = None
    secret: str | None = None

    @property
    def is_open(self) -> bool:
        """A shared code that everybody may know: nobody guesses it, and no row has it."""
        return self.template is not None and self.secret is None


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """In which codes are presented. `member_id` None: nobody is known; `hold_id`: their own hold.

    `forced`: it has happened, so what is scarce has been given already. `apart`: each code is tried
    by itself, and with it what is presented already: `before` has those uses of templates.
    """

    program: Program
    member_id: uuid.UUID | None
    at: dt.datetime
    codes: tuple[Code, ...] = ()
    hold_id: uuid.UUID | None = None
    forced: bool = False
    apart: bool = False
    before: Mapping[str, int] = {}


def read(ctx: Context, program: Program, texts: Sequence[str]) -> tuple[Code, ...]:
    """What the texts are, as far as the program alone tells."""
    return tuple(_read(ctx, program, text) for text in texts)


def _read(ctx: Context, program: Program, text: str) -> Code:
    code = normalise(text)
    if code is None:
        return Code(codes.masked(text))
    digest, template = codes.digest(ctx.secret, code), program.codes.get(code)
    if template is None:
        return Code(codes.masked(code), digest)
    hidden = template in hiding.closed(program).coupons
    shown = program.coupons[template].template.code_shown or code
    return Code(shown, digest, template, codes.masked(code) if hidden else None)


Rows = dict[bytes, CouponRow]
_NO_SPAN: Final = store.Span(uuid.UUID(int=0), "", None, None)  # nobody's uses of nothing


async def rows(tx: Tx, situations: Iterable[Situation], *, lock: bool) -> Rows:
    """The unique and personal codes among the presented ones, by digest; locked or not."""
    found = (c.digest for s in situations for c in s.codes if not c.is_open)
    digests = sorted({digest for digest in found if digest is not None})
    if not digests:
        return {}
    return await (store.lock(tx, digests) if lock else store.find(tx, digests))


class Coupons:
    """What is known of the presented codes: `questions` to be asked, then the facts of each.

    Of a code that is not there, or not for everybody to know, the same is asked as of any other.
    """

    __slots__ = (
        "_found",
        "_held",
        "_hidden",
        "_places",
        "_rows",
        "_situations",
        "_uses",
        "questions",
    )

    def __init__(self, situations: Sequence[Situation], found: Rows, now: dt.datetime) -> None:
        self._situations = situations
        self._rows = found
        self._found: dict[int, list[tuple[CouponTemplate | None, Unusable | None]]] = {}
        self._hidden: dict[int, frozenset[str]] = {}
        self._places: dict[tuple[int, str | bytes], int] = {}
        spans: list[store.Span] = []
        codes_: list[tuple[bytes, uuid.UUID | None]] = []
        for n, situation in enumerate(situations):
            for code in situation.codes:
                if code.digest is not None and not code.is_open:
                    self._places[n, code.digest] = len(codes_)
                    codes_.append((code.digest, situation.hold_id))
                template = self._template(situation, code)
                if template is not None and template.per_member and situation.member_id:
                    self._places[n, f"uses {template.id}"] = len(spans)
                    spans.append(_span(situation, situation.member_id, template))
                elif not code.is_open:
                    spans.append(_NO_SPAN)
        self._uses = store.ask_member_uses(spans, now) if spans else None
        self._held = store.ask_held(codes_, now) if codes_ else None
        self.questions: list[Ask[Any]] = [q for q in (self._uses, self._held) if q is not None]

    def row(self, code: Code) -> CouponRow | None:
        """The row of a unique or personal code."""
        if code.digest is None or code.template is not None:
            return None
        return self._rows.get(code.digest)

    def hide(self, n: int, templates: frozenset[str]) -> None:
        """The n-th situation's member must not know of these: their codes are unknown ones.

        Before anything else is asked of it.
        """
        self._hidden[n] = templates

    def facts(self, n: int) -> tuple[Presented, ...]:
        """The n-th situation's codes as the rules see them."""
        situation = self._situations[n]
        return tuple(
            _fact(situation, code, template, why)
            for code, (template, why) in zip(situation.codes, self._look(n), strict=True)
        )

    def short(self, n: int) -> frozenset[int]:
        """Positions of the n-th situation's codes that are not there any more, but may be given."""
        return frozenset(
            position for position, (_, why) in enumerate(self._look(n)) if why in SCARCE
        )

    def _look(self, n: int) -> list[tuple[CouponTemplate | None, Unusable | None]]:
        """Of each code its template and what stands against it whatever is in the cart.

        Who presents two of one template uses it twice; one that cannot be used is no use of it.
        """
        found = self._found.get(n)
        if found is None:
            situation, given = self._situations[n], Counter(self._situations[n].before)
            found = self._found[n] = []
            for code in situation.codes:
                template = self._template(situation, code)
                if template is not None and template.id in self._hidden.get(n, ()):
                    template = None
                why = self._why_not(n, code, template, given)
                found.append((template, why))
                taken = why is None or (situation.forced and why in SCARCE)
                if template is not None and taken and not situation.apart:
                    given[template.id] += 1
        return found

    def _template(self, situation: Situation, code: Code) -> CouponTemplate | None:
        row = self.row(code)
        compiled = situation.program.coupons.get(code.template or (row.template if row else ""))
        return None if compiled is None else compiled.template

    def _why_not(
        self, n: int, code: Code, template: CouponTemplate | None, given: Counter[str]
    ) -> Unusable | None:
        """None: it can be used. `given`: uses of templates by codes presented before it."""
        situation, row = self._situations[n], self.row(code)
        if template is None or (row is not None and _is_foreign(row, situation.member_id)):
            return Unusable.UNKNOWN
        if situation.member_id is None and _needs_member(template, row):
            return Unusable.NEEDS_MEMBER
        start, end = first_use(template, row, situation.program.tz), span(template, row)[1]
        if start is not None and situation.at < start:
            return Unusable.NOT_STARTED
        if end is not None and end <= situation.at:
            return Unusable.EXPIRED
        return self._spent(n, code, template, given[template.id])

    def _spent(self, n: int, code: Code, template: CouponTemplate, earlier: int) -> Unusable | None:
        row, limit = self.row(code), template.per_member
        if row is not None and row.used >= row.uses_max:
            return Unusable.USED_UP
        place = self._places.get((n, f"uses {template.id}"))
        before = 0 if place is None or self._uses is None else self._uses.answer.get(place, 0)
        if limit is not None and before + earlier >= limit.times:
            return Unusable.MEMBER_LIMIT
        return Unusable.NEEDS_HOLD if self.is_beyond(n, code) else None

    def is_beyond(self, n: int, code: Code) -> bool:
        """A unique or personal code had no use left when it was given away."""
        row = self.row(code)
        return row is not None and self.left(n, row.digest) <= 0

    def left(self, n: int, digest: bytes) -> int:
        """Uses of a unique or personal code that the n-th situation could have."""
        row = self._rows[digest]
        held = 0 if self._held is None else self._held.answer.get(self._places[n, digest], 0)
        return row.uses_max - row.used - held


def _fact(
    situation: Situation, code: Code, template: CouponTemplate | None, why: Unusable | None
) -> Presented:
    if template is None or why is Unusable.UNKNOWN:
        return Presented(shown=code.secret or code.shown, why=Unusable.UNKNOWN)
    forced = situation.forced and (why is None or why in SCARCE)
    return Presented(
        shown=code.shown, template=template.id, why=None if forced else why, forced=forced
    )


def _is_foreign(row: CouponRow, member_id: uuid.UUID | None) -> bool:
    """Void, or in the list of another member than the one who presents it."""
    if row.voided_at is not None:
        return True
    return row.holder_id is not None and member_id is not None and row.holder_id != member_id


def _needs_member(template: CouponTemplate, row: CouponRow | None) -> bool:
    """Also a coupon of somebody's list whose template is declared otherwise by now."""
    in_a_list = row is not None and row.holder_id is not None
    return template.personal or template.per_member is not None or in_a_list


def _span(situation: Situation, member_id: uuid.UUID, template: CouponTemplate) -> store.Span:
    limit = template.per_member
    assert limit is not None  # noqa: S101  # for the type checker
    since, until = limit_span(limit, situation.at, situation.program.tz)
    return store.Span(member_id, template.id, since, until, situation.hold_id)
