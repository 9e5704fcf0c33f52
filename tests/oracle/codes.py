"""Coupons: who may use which code, how often it was used, and who keeps it for a checkout."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.oracle.offers import Template

SCARCE = ("used_up", "member_limit", "needs_hold")  # what a till may have given all the same


@dataclass
class Code:
    """A code of its own. `owner` None: whoever has it. `used`: as often as it was there to use.
    `lost`: what is left of what gave it would not."""

    template: str
    owner: str | None
    uses_max: int
    until_at: dt.datetime | None = None
    used: int = 0
    void: bool = False
    lost: bool = False


@dataclass
class Use:
    """A coupon was used. `code` None: a shared one, of which `cap` counts the uses. `overrun`: it
    was not there any more. `worth`: what it took off. `recovery`: the name by which units are taken
    for it."""

    member: str | None
    template: str
    code: str | None
    cap: str = ""
    overrun: bool = False
    worth: int = 0
    given_back: bool = False
    recovery: str = ""


@dataclass(frozen=True)
class Kept:
    """Coupons that a hold keeps: (code or None, template)."""

    member: str | None
    coupons: tuple[tuple[str | None, str], ...]


class Codes:
    """All codes by their names; a shared one is called like its template."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self.templates = templates
        self.all: dict[str, Code] = {}
        self.uses: list[Use] = []
        self.kept: dict[str, Kept] = {}

    def template(self, name: str) -> Template:
        """What the code gives."""
        return self.templates[self.all[name].template if name in self.all else name]

    def issue(
        self, name: str, template: str, owner: str | None, until_at: dt.datetime | None
    ) -> None:
        """A new code."""
        uses = self.templates[template].uses or 1
        self.all[name] = Code(template, owner, uses, until_at)

    def why_not(
        self,
        names: Sequence[str],
        position: int,
        member: str | None,
        at: dt.datetime,
    ) -> str | None:
        """Why the code at the position cannot be used whatever is bought."""
        name = names[position]
        code, template = self.all.get(name), self.template(name)
        if code and (code.void or (code.owner and member and code.owner != member)):
            return "unknown"
        if member is None and (template.personal or template.per_member):
            return "needs_member"
        if code and code.until_at is not None and code.until_at <= at:
            return "expired"
        if code and code.used >= code.uses_max:
            return "used_up"
        if template.per_member is not None and member is not None:
            before = [self.template(other).id for other in names[:position]]
            uses = self.uses_by(member, template.id) + before.count(template.id)
            if uses >= template.per_member:
                return "member_limit"
        return "needs_hold" if self.is_taken(name, None) else None

    def is_taken(self, name: str, hold: str | None) -> bool:
        """A code of its own with no use left that no hold keeps, but the asker's."""
        code = self.all.get(name)
        return code is not None and code.used + self._kept_of(name, hold) >= code.uses_max

    def _kept_of(self, name: str, but: str | None) -> int:
        return sum(
            code == name
            for hold, kept in self.kept.items()
            if hold != but
            for code, _ in kept.coupons
        )

    def uses_by(self, member: str, template: str) -> int:
        """How often a member has used a template, or will by what holds keep."""
        made = sum(
            use.member == member and use.template == template and not use.given_back
            for use in self.uses
        )
        return made + sum(
            name == template
            for kept in self.kept.values()
            if kept.member == member
            for _, name in kept.coupons
        )

    def use(self, name: str, member: str | None, hold: str | None, worth: int) -> Use:
        """It is used, whether or not it is there."""
        template = self.template(name)
        code = self.all.get(name)
        made = Use(
            member,
            template.id,
            name if code else None,
            cap=template.cap or "",
            overrun=self.is_taken(name, hold),
            worth=worth,
        )
        if code and not made.overrun:
            code.used += 1
        self.uses.append(made)
        return made

    def give_back(self, use: Use) -> None:
        """The use counts no more."""
        use.given_back = True
        if use.code is not None:
            code = self.all[use.code]
            code.used -= not use.overrun
            code.void |= code.lost

    def uses_of(self, name: str) -> list[Use]:
        """Those of a code that count."""
        return [use for use in self.uses if use.code == name and not use.given_back]

    def state(self, name: str, at: dt.datetime) -> str:
        """What a code is worth to its owner."""
        code = self.all[name]
        if code.void:
            return "void"
        why = self.why_not([name], 0, code.owner, at)
        return {None: "usable", "needs_hold": "held"}.get(why, why or "usable")
