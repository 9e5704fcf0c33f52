"""A whole program file: text in, canonical document or every problem out."""

import dataclasses
from typing import Final

import msgspec

from service.rules import registry
from service.rules.check import (
    badges,
    campaigns,
    circles,
    clubs,
    coupons,
    declared,
    gift_cards,
    head,
    households,
    ladders,
    numbers,
    places,
    receipts,
    rewards,
    segments,
    staff,
    wallets,
)
from service.rules.check.cursor import Cursor, Fields
from service.rules.check.problem import Log, Problem
from service.rules.check.scope import Scope
from service.rules.clubs import Club
from service.rules.conditions import Condition
from service.rules.conditions.belonging import Circle
from service.rules.document import SCHEMA, Budget, Document
from service.rules.segments import Segment
from service.rules.source import Mapping, parse

SECTIONS: Final = (
    *("program", "channels", "stores", "identifiers", "line_fields", "member_fields"),
    *("wallets", "ladders", "campaigns", "coupons", "rewards"),
    "gift_cards",
    *("households", "clubs", "segments", "badges"),
    "receipts",
    "staff",
)
LATER: Final = ("stamp_cards", "challenges", "referrals", "surveys", "draws")


class Checked(msgspec.Struct, frozen=True):
    """`document` is there when there are no problems; these are in the order of the file."""

    document: Document | None
    problems: tuple[Problem, ...]


def check_text(
    text: str | bytes, name: str = "program.yaml", previous: Document | None = None
) -> Checked:
    """Check a program file; `name` is how problems call it. Never raises, whatever the text.

    `previous`, the version before, keeps the numbers of wallets and ladders, and what cannot
    change once units are held.
    """
    source = parse(text)
    log = Log(name)
    for flaw in source.flaws:
        log.add(flaw.mark, "$", flaw.message)
    document = None
    if source.root is not None:
        document = _document(Cursor(log, node=source.root), previous)
    problems = log.problems()
    return Checked(None if problems else document, problems)


def _document(root: Cursor, previous: Document | None) -> Document:
    sections = root.fields(SECTIONS, LATER)
    about = sections.need("program").fields(head.KEYS)
    code = _currency(about, previous)
    used = numbers.assign(root.node, previous)
    drafts = _wallets(sections, used, previous)
    first = {name: draft.wallet for name, draft in drafts.items()}
    above = {ladder.id: ladder for ladder in previous.ladders} if previous else {}
    levels = ladders.ladders(sections["ladders"], used, first, code, above)
    channels = places.channels(sections.need("channels"))
    stores = places.stores(sections["stores"])
    line_fields = declared.line_fields(sections["line_fields"])
    member_fields = declared.member_fields(sections["member_fields"])
    facts = registry.build(
        channels=channels,
        stores=stores,
        line_fields=line_fields,
        member_fields=member_fields,
        ladders=levels.values(),
        clubs=numbers.declared(root.node, "clubs"),
        segments=numbers.declared(root.node, "segments"),
    )
    in_use = None if previous is None else previous.program.timezone
    zone = head.timezone(about.need("timezone"), in_use)
    kinds = {
        name: wallets.finished(draft, levels, facts.line_fields, code)
        for name, draft in drafts.items()
    }
    scope = Scope(
        code,
        zone,
        facts,
        kinds,
        levels,
        clubs=facts.facts["member.clubs"].values,
        segments=facts.facts["member.segments"].values,
        badges=tuple(numbers.declared(root.node, "badges")),
    )
    circle = clubs.clubs(sections["clubs"], scope, used)
    groups = segments.segments(sections["segments"], scope, used)
    scope = dataclasses.replace(scope, loads=_loads(sections, circle, groups))
    before = {one.id: one for one in previous.coupons} if previous else {}
    templates = coupons.coupons(sections["coupons"], scope, before)
    scope = dataclasses.replace(scope, coupons=templates)
    document = Document(
        schema=SCHEMA,
        program=head.head(about, code, zone, facts.line_fields),
        channels=channels,
        stores=stores,
        identifiers=places.identifiers(sections.need("identifiers")),
        line_fields=line_fields,
        member_fields=member_fields,
        wallets=tuple(kinds.values()),
        ladders=tuple(levels.values()),
        campaigns=campaigns.campaigns(sections["campaigns"], scope, _budgets(previous)),
        coupons=tuple(templates.values()),
        gift_cards=gift_cards.gift_cards(sections["gift_cards"], code),
        rewards=rewards.rewards(sections["rewards"], scope),
        households=households.households(sections["households"], kinds),
        clubs=circle,
        segments=groups,
        badges=badges.badges(sections["badges"], used),
        staff=staff.staff(sections["staff"]),
        numbers_used=used,
    )
    printed = receipts.receipts(sections["receipts"], document)
    return msgspec.structs.replace(document, receipts=printed)


def _wallets(
    sections: Fields, used: dict[str, int], previous: Document | None
) -> dict[str, wallets.Draft]:
    before = {wallet.id: wallet for wallet in previous.wallets} if previous else {}
    return wallets.wallets(sections["wallets"], used, before)


def _loads(
    sections: Fields, every: tuple[Club, ...], groups: tuple[Segment, ...]
) -> dict[circles.Name, circles.Load]:
    """What clubs and segments ask, each told where it stands."""
    found: dict[circles.Name, tuple[Cursor, Condition]] = {}
    ways = {club.id: club.by_rule() for club in every}
    whens = {
        Circle.CLUBS: {name: way.when for name, way in ways.items() if way is not None},
        Circle.SEGMENTS: {one.id: one.when for one in groups},
    }
    for of, conditions in whens.items():
        for name, at in _by_key(sections[of]).items():
            if name in conditions:
                where = at.named(str(circles.Name(of, name)))
                found[circles.Name(of, name)] = (where, conditions[name])
    return circles.loads(found)


def _by_key(section: Cursor) -> dict[str, Cursor]:
    children = section.children() if isinstance(section.node, Mapping) else ()
    return {child.key.text: child for child in children if child.key is not None}


def _budgets(previous: Document | None) -> dict[str, Budget]:
    found = previous.campaigns if previous else ()
    return {campaign.id: campaign.budget for campaign in found if campaign.budget}


def _currency(fields: Fields, previous: Document | None) -> str | None:
    code = head.currency(fields.need("currency"))
    if previous is not None and code not in (None, previous.program.currency):
        kept = previous.program.currency
        fields["currency"].fail(f"the currency of a program in use stays {kept}")
    return code
