"""A program in words: what it consists of, part by part."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from service.kernel.calendar import zone
from service.kernel.texts import Described
from service.rules import units, words, words_of_clubs
from service.rules.clubs import Club
from service.rules.document import (
    Campaign,
    ComesBack,
    CouponTemplate,
    Document,
    Ladder,
    Recover,
    Reward,
    Rule,
    Shortfall,
    Tier,
    Wallet,
)
from service.rules.gift_cards import GiftCardKind
from service.rules.receipts import Receipts
from service.rules.segments import Segment
from service.rules.sharing import Households
from service.rules.staff import AS_USUAL

_TAGS: Final = ("if", "do")  # of conditions and effects


class Hidden(str):
    """A part too long to show: only that it changed is worth saying."""

    __slots__ = ()


class Thing(NamedTuple):
    """One wallet, rule, …: `parts` by name, those at their default left out.

    There is one program, one list of identifiers, one section of households and of staff: these
    have no name.
    """

    kind: str
    name: str
    parts: dict[str, str]


def things(of: Document) -> Iterator[Thing]:
    """Everything in the program, in the order of the sections."""
    yield Thing("program", "", _head(of))
    yield from (Thing("channel", name, {}) for name in of.channels)
    for name, store in of.stores.items():
        yield Thing("store", name, _given(groups=", ".join(store.groups)))
    yield Thing("identifiers", "", {"in the order": ", ".join(of.identifiers)})
    for kind, fields in (("line field", of.line_fields), ("member field", of.member_fields)):
        yield from (Thing(kind, name, {"type": words.field(f)}) for name, f in fields.items())
    yield from (Thing("wallet", wallet.id, _wallet(wallet, of)) for wallet in of.wallets)
    for ladder in of.ladders:
        yield Thing("ladder", ladder.id, _ladder(ladder))
        for tier in ladder.tiers:
            yield Thing("tier", f"{ladder.id} {tier.id}", _tier(tier, ladder, of))
    for campaign in of.campaigns:
        yield Thing("campaign", campaign.id, _campaign(campaign, of))
        yield from (Thing("rule", rule.id, _rule(rule, campaign)) for rule in campaign.rules)
    yield from (Thing("coupon", coupon.id, _coupon(coupon, of)) for coupon in of.coupons)
    yield from (Thing("reward", reward.id, _reward(reward, of)) for reward in of.rewards)
    if of.households is not None:
        yield Thing("households", "", _households(of.households, of))
    yield from (Thing("club", club.id, _club(club, of)) for club in of.clubs)
    yield from (Thing("segment", one.id, _segment(one)) for one in of.segments)
    yield from (Thing("badge", badge.id, _told(badge)) for badge in of.badges)
    if of.staff != AS_USUAL:
        yield Thing("staff", "", {"approve for": str(of.staff.approve_for)})
    yield from (Thing("gift card", kind.id, _gift_card(kind, of)) for kind in of.gift_cards)
    if of.receipts is not None:
        yield Thing("receipts", "", _receipts(of.receipts))


def _given(**parts: str) -> dict[str, str]:
    return {name.replace("_", " "): text for name, text in parts.items() if text}


def _told(of: Described) -> dict[str, str]:
    """What people are told about it."""
    return _given(**{name: _hidden(getattr(of, name)) for name in Described.__struct_fields__})


def _hidden(value: object) -> Hidden:
    """Equal for equal values, wherever in the file they stand."""
    if not value:
        return Hidden()
    return Hidden(msgspec.json.encode(placeless(value), order="sorted").decode())


def placeless(value: object) -> Any:
    """As plain data, without the places in the file."""
    return _placeless(msgspec.to_builtins(value))


def _placeless(value: Any) -> Any:
    if isinstance(value, dict):
        tagged = any(tag in value for tag in _TAGS)
        return {k: _placeless(v) for k, v in value.items() if not (tagged and k == "at")}
    return [_placeless(item) for item in value] if isinstance(value, list | tuple) else value


def _head(of: Document) -> dict[str, str]:
    head = of.program
    return _given(
        id=head.id,
        title=_hidden(head.title),
        timezone=head.timezone,
        currency=head.currency,
        prices=head.prices,
        earns_on=head.earns_on,
        no_earning=_hidden(head.no_earning),
        discount_caps=_hidden(head.discount_caps),
        backdate_max=str(head.backdate_max),
        claim_max=str(head.claim_max),
    )


def _wallet(of: Wallet, within: Document) -> dict[str, str]:
    parts = _told(of) | _given(
        qualifying="yes" if of.qualifying else "",
        scale=str(of.scale or ""),
        pending=str(of.pending or ""),
        expires=words.expiry(of.expires),
        shortfall="" if of.shortfall is Shortfall.DEBT else of.shortfall,
    )
    for ladder, tier, model in of.expires_by_tier:
        parts[f"expires for {ladder} {tier}"] = words.expiry(model)
    parts["transfer"] = words.transfer(of)
    parts["adjust"] = words.adjust(of)
    given = {name: text for name, text in parts.items() if text}
    return given | _redeem(of, within.program.currency)


def _households(of: Households, within: Document) -> dict[str, str]:
    return _told(of) | _given(
        members_max=str(of.members_max),
        wallets=", ".join(of.wallets),
        draw_per_person_month_max=words.drawn(of, within),
        offer_for=str(of.offer_for),
    )


def _club(of: Club, within: Document) -> dict[str, str]:
    rule = of.by_rule()
    ways = "; ".join(words_of_clubs.entry(one, within.program.currency) for one in of.enter)
    return _told(of) | _given(
        visible="to everybody" if of.visible else "to members",
        enter=ways,
        rule=_hidden(None if rule is None else rule.when),
        seats=str(of.seats or ""),
        waiting_list="yes" if of.waiting_list else "",
        offer_for=str(of.offer_for),
        invitations_per_member=str(of.invitations_per_member or ""),
        pause_max=str(of.pause_max or ""),
        pool=words_of_clubs.pool(of.pool, within),
    )


def _segment(of: Segment) -> dict[str, str]:
    return _told(of) | _given(conditions=_hidden(of.when))


def _ladder(of: Ladder) -> dict[str, str]:
    return _told(of) | _given(
        qualify=words.qualify(of.qualify), downgrade=words.downgrade(of.downgrade)
    )


def _tier(tier: Tier, ladder: Ladder, of: Document) -> dict[str, str]:
    return {"from": words.threshold(tier, ladder, of)} | _told(tier)


def _campaign(campaign: Campaign, of: Document) -> dict[str, str]:
    dates = {"from": _day(campaign.from_at, of), "until": _last_day(campaign.until_at, of)}
    texts = {
        "early access": words_of_clubs.early(campaign.early_access),
        "title": _hidden(campaign.title),
        "budget": words.budget(campaign.budget, of),
    }
    return {name: text for name, text in (dates | texts).items() if text}


def _rule(rule: Rule, campaign: Campaign) -> dict[str, str]:
    return _given(
        campaign=f"'{campaign.id}'",
        title=_hidden(rule.title),
        priority=str(rule.priority or ""),
        trigger=words_of_clubs.trigger(rule.trigger),
        conditions=_hidden(rule.when),
        limit=words.limit(rule.limit),
        effects=_hidden(rule.then),
    )


def _coupon(of: CouponTemplate, within: Document) -> dict[str, str]:
    bundle = of.discount.bundle if of.discount else None
    effect = of.discount or of.multiply or of.points
    lines = (effect.where if effect else (), bundle.of if bundle else None)
    return _told(of) | _given(
        code=of.code_shown or of.code or "",
        personal="yes" if of.personal else "",
        gives=words.gives(of, within),
        for_lines=_hidden(lines if any(lines) else ()),
        conditions=_hidden(of.when),
        priority=str(of.priority or ""),
        valid_for=str(of.valid.lasts or ""),
        valid_from=_day(of.valid.from_at, within),
        valid_until=_last_day(of.valid.until_at, within),
        early_access=words_of_clubs.early(of.early_access),
        uses=str(of.uses or ""),
        per_member=words.limit(of.per_member),
        comes_back="" if of.comes_back is ComesBack.WHOLE else of.comes_back,
        recover="" if of.recover is Recover.NOTHING else of.recover,
    )


def _reward(of: Reward, within: Document) -> dict[str, str]:
    parts = _told(of) | _given(
        price=words.price(of.price, of.wallet, within),
        gives=words.given_for_units(of),
        stock="" if of.stock is None else str(of.stock),
        conditions=_hidden(of.when),
        valid_from=_day(of.from_at, within),
        valid_until=_last_day(of.until_at, within),
        early_access=words_of_clubs.early(of.early_access),
        limit=words.limit(of.limit),
    )
    for ladder, tier, price in of.prices:
        parts[f"price for {ladder} {tier}"] = words.price(price, of.wallet, within)
    return parts


def _gift_card(of: GiftCardKind, within: Document) -> dict[str, str]:
    currency = within.program.currency
    return _told(of) | _given(
        min="" if of.least == 1 else units.money_text(of.least, currency),
        max=units.money_text(of.most, currency),
        expires=words.expiry(of.expires),
        pin="yes" if of.pin else "",
    )


def _receipts(of: Receipts) -> dict[str, str]:
    lines = {f"lines on a {occasion}": _hidden(by) for occasion, by in of.lines.items()}
    return {"width": str(of.width), **lines}


def _redeem(wallet: Wallet, currency: str) -> dict[str, str]:
    how = wallet.redeem
    if how is None:
        return {}
    least, most = (
        "" if amount is None else units.scaled_text(amount, wallet.scale)
        for amount in (how.least, how.most)
    )
    return _given(
        redeem=words.rate(how, wallet, currency),
        redeem_min=least,
        redeem_step=units.scaled_text(how.step, wallet.scale),
        redeem_max=most,
        redeem_share_max="" if how.share_max is None else units.percent_text(how.share_max),
        redeem_where=_hidden(how.where),
        redeem_grace=str(how.grace),
    )


def _day(at: dt.datetime | None, of: Document) -> str:
    return str(at.astimezone(zone(of.program.timezone)).date()) if at else ""


def _last_day(at: dt.datetime | None, of: Document) -> str:
    return _day(at - dt.timedelta(microseconds=1), of) if at else ""
