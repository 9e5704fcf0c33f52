"""Document -> Program: closures, index, needs. Done once for a version, by every worker."""

import datetime as dt
import math
import zoneinfo
from collections.abc import Iterable, Mapping

from service.kernel.calendar import zone
from service.rules.badges import Badge
from service.rules.belonging import Belongings
from service.rules.case import Terms
from service.rules.compiled_rule import (
    CompiledRule,
    LotKind,
    LotKinds,
    compile_offers,
    compile_parts,
)
from service.rules.conditions.fact import MEMBER, World
from service.rules.conditions.lines import Filter, Filters
from service.rules.conditions.logic import Condition, Holds, compile_conditions, every
from service.rules.coupons import PREFIX, CompiledCoupon, cap_budget, compile_coupon, rule_of
from service.rules.document import (
    Budget,
    Campaign,
    CouponTemplate,
    Document,
    FieldKind,
    Head,
    Ladder,
    Limit,
    Rule,
    Taxed,
    Wallet,
)
from service.rules.effects import Points
from service.rules.effects.points import denominator
from service.rules.expiry import Expiry
from service.rules.hidden import Hiding
from service.rules.index import Index
from service.rules.needs import Needs
from service.rules.printing import Printed
from service.rules.rewards import CompiledReward, stock_budget
from service.rules.triggers import On

Span = tuple[dt.datetime, dt.datetime | None]  # when a lot can be used, and when it lapses
Pair = tuple[Campaign, Rule]
_FEW_VALUES = frozenset({FieldKind.BOOL, FieldKind.CHOICE})


class Program:
    """One version of a program, ready to decide. Nothing of it changes but what it remembers.

    wallets, ladders, campaigns, clubs, segments, badges: by id; wallets_by_number, …: by the number
    the ledger uses. rules: those asked of purchases, by (priority, id); triggers: the others, by
    `Trigger.key()`. limited, limited_on: limits of the former by rule id, of the latter by key.
    windows, activity_windows: what rules and coupons read of the past when a purchase is decided;
    joined_windows, joined_activity_windows: all that segments, club rules and rules with another
    trigger read. reads_member: a purchase's condition reads a fact of the member other than tiers;
    reads_clubs: one asks for a club; joined_reads_…: the same of the others. reads_tiers: a
    condition or an expiry depends on tiers. has_belonging: there are segments or club rules.
    coupons: by template; codes: shared code, normalised -> template. rewards: by id. budgets: by
    campaign, the uses of shared codes by `CouponTemplate.cap`, which caps has with its template,
    and stocks by `Reward.cap`. pays: by wallet, the lines its units may pay.
    discounting, earning: the rules with discounts, with other effects, as bits of the index.
    has_marks: some rules give badges, invite or tell events. discount_caps: lines, and the share of
    their price that may be off. printed: the lines of receipts. titles: what people are told had an
    effect, by campaign and rule. hiding: what outsiders do not see.
    """

    __slots__ = (
        "_spans",
        "_spans_at",
        "activity_windows",
        "badges",
        "badges_by_number",
        "budgets",
        "campaigns",
        "caps",
        "clubs",
        "clubs_by_number",
        "codes",
        "coupons",
        "discount_caps",
        "discounting",
        "document",
        "earning",
        "effective_from",
        "filters",
        "has_belonging",
        "has_marks",
        "hiding",
        "index",
        "joined_activity_windows",
        "joined_reads_clubs",
        "joined_reads_member",
        "joined_windows",
        "ladders",
        "limited",
        "limited_on",
        "lots",
        "pays",
        "printed",
        "reads_clubs",
        "reads_member",
        "reads_tiers",
        "rewards",
        "rules",
        "rules_by_id",
        "segments",
        "segments_by_number",
        "terms",
        "titles",
        "triggers",
        "tz",
        "version",
        "wallets",
        "wallets_by_number",
        "windows",
        "world",
    )

    def __init__(self, document: Document, version: int, effective_from: dt.datetime) -> None:
        self.version = version
        self.document = document
        self.effective_from = effective_from
        self.tz = zone(document.program.timezone)
        self.wallets: dict[str, Wallet] = {wallet.id: wallet for wallet in document.wallets}
        self.campaigns = {campaign.id: campaign for campaign in document.campaigns}
        self.wallets_by_number = {wallet.number: wallet for wallet in document.wallets}
        self.ladders: dict[str, Ladder] = {ladder.id: ladder for ladder in document.ladders}
        self.world = _world(document)
        self.filters = Filters()
        self.terms = _terms(document.program, self.tz, self.filters)
        self.lots = LotKinds()
        self._spans_at: dt.datetime = effective_from
        self._spans: dict[tuple[int, Expiry], Span] = {}
        belongings = Belongings(document, self.world, self.filters, self.terms)
        self.clubs, self.segments = belongings.clubs, belongings.segments
        self.clubs_by_number = {club.number: club for club in self.clubs.values()}
        self.segments_by_number = {one.number: one for one in self.segments.values()}
        self.badges: dict[str, Badge] = {badge.id: badge for badge in document.badges}
        self.badges_by_number = {badge.number: badge for badge in document.badges}
        every_pair = _in_order(document.campaigns)
        pairs = [pair for pair in every_pair if pair[1].trigger.on is On.PURCHASE]
        triggered = [pair for pair in every_pair if pair[1].trigger.on is not On.PURCHASE]
        self.index = Index(pairs, self.world, _fields_with_few_values(document), self.tz)
        self._compile(pairs, triggered)
        self.rules_by_id = {
            rule.id: rule for rules in (self.rules, *self.triggers.values()) for rule in rules
        }
        self.has_marks = any(rule.marks for rule in self.rules_by_id.values())
        self.hiding = Hiding(document)
        self.discounting = _bits(bool(rule.offers) for rule in self.rules)
        self.earning = _bits(rule.earns for rule in self.rules)
        self.pays: dict[str, Filter] = {
            wallet.id: self.filters.of(wallet.redeem.where)
            for wallet in document.wallets
            if wallet.redeem is not None
        }
        self.discount_caps: tuple[tuple[Filter, tuple[int, int]], ...] = tuple(
            (self.filters.of(cap.where), cap.share) for cap in document.program.discount_caps
        )
        self._collect_needs(pairs, belongings)
        self._collect_joined_needs(triggered, belongings)
        self.rewards = {
            reward.id: CompiledReward(reward, self.world, self.filters, belongings.groups)
            for reward in document.rewards
        }
        self._collect_budgets()
        self.printed = Printed(document)
        self.titles = _titles(document)

    def spans_at(self, at: dt.datetime) -> dict[tuple[int, Expiry], Span]:
        """What is known of lots earned at the instant, by wallet number and expiry; to be added to.

        Of the last instant only: many are decided at one.
        """
        if at is not self._spans_at and at != self._spans_at:
            self._spans = {}
            self._spans_at = at
        return self._spans

    def lot_of(self, rule_id: str, wallet_id: str) -> LotKind:
        """Into which kind of lot the credit of a rule or a coupon in a wallet goes."""
        rule = self.rules_by_id.get(rule_id)
        if rule is None:
            rule = next(c.rule for c in self.coupons.values() if c.rule and c.rule.id == rule_id)
        return next(part.lot for part in rule.parts if part.wallet == wallet_id)

    def _compile(self, pairs: list[Pair], triggered: list[Pair]) -> None:
        wallets, world, filters, lots = self.wallets, self.world, self.filters, self.lots
        templates = self.document.coupons
        of_coupons = [rule for rule in map(rule_of, templates) if rule is not None]
        scales = _scales(wallets, [*(rule for _, rule in pairs), *of_coupons])

        def compiled(campaign: Campaign, rule: Rule, rest: list[Condition]) -> CompiledRule:
            return CompiledRule(
                campaign,
                rule,
                _compile_rest(rest, world, filters),
                compile_parts(rule, wallets, scales, filters, lots),
                compile_offers(campaign, rule, filters),
            )

        self.rules = tuple(
            compiled(campaign, rule, rest)
            for (campaign, rule), rest in zip(pairs, self.index.rest, strict=True)
        )
        by_key: dict[str, list[CompiledRule]] = {}
        for campaign, rule in triggered:
            own = by_key.setdefault(rule.trigger.key(), [])
            own.append(compiled(campaign, rule, [] if rule.when is None else [rule.when]))
        self.triggers = {key: tuple(rules) for key, rules in by_key.items()}
        self.coupons: dict[str, CompiledCoupon] = {
            template.id: compile_coupon(template, wallets, scales, world, filters, lots)
            for template in templates
        }
        self.codes = {t.code: t.id for t in templates if t.code is not None}

    def _collect_needs(self, pairs: list[Pair], belongings: Belongings) -> None:
        whens = [rule.when for _, rule in pairs] + [c.when for c in self.document.coupons]
        early = _early_clubs(campaign for campaign, _ in pairs)
        early += _early_clubs(self.document.coupons)
        needs = Needs(whens, belongings.groups, early)
        self.windows = needs.windows
        self.activity_windows = needs.activities
        self.limited: dict[str, Limit] = {
            rule.id: rule.limit for _, rule in pairs if rule.limit is not None
        }
        by_tier = any(wallet.expires_by_tier for wallet in self.wallets.values())
        self.reads_tiers = needs.tiers or by_tier
        self.reads_member = needs.person
        self.reads_clubs = bool(needs.clubs)

    def _collect_joined_needs(self, triggered: list[Pair], belongings: Belongings) -> None:
        groups = belongings.groups
        whens = [rule.when for _, rule in triggered]
        whens += [*groups.segments.values(), *groups.clubs.values()]
        needs = Needs(whens, groups, _early_clubs(campaign for campaign, _ in triggered))
        self.joined_windows = needs.windows
        self.joined_activity_windows = needs.activities
        self.joined_reads_member = needs.person
        self.joined_reads_clubs = bool(needs.clubs)
        self.has_belonging = bool(groups.segments or groups.clubs)
        self.limited_on: dict[str, dict[str, Limit]] = {}
        for _, rule in triggered:
            if rule.limit is not None:
                self.limited_on.setdefault(rule.trigger.key(), {})[rule.id] = rule.limit

    def _collect_budgets(self) -> None:
        self.caps: dict[str, str] = {}
        self.budgets: dict[str, Budget] = {
            campaign.id: campaign.budget
            for campaign in self.document.campaigns
            if campaign.budget is not None
        }
        for template in self.document.coupons:
            name, budget = template.cap, cap_budget(template)
            if name is not None and budget is not None:
                self.caps[name] = template.id
                self.budgets[name] = budget
        for reward in self.document.rewards:
            if reward.cap is not None:
                self.budgets[reward.cap] = stock_budget(reward)


def compile_program(document: Document, version: int, effective_from: dt.datetime) -> Program:
    """The program of a checked document."""
    return Program(document, version, effective_from)


def _early_clubs(of: Iterable[Campaign | CouponTemplate]) -> list[str]:
    return [one.early_access.club for one in of if one.early_access is not None]


def _in_order(campaigns: Iterable[Campaign]) -> list[Pair]:
    pairs = [(campaign, rule) for campaign in campaigns for rule in campaign.rules]
    return sorted(pairs, key=lambda pair: (pair[1].priority, pair[1].id))


def _bits(flags: Iterable[bool]) -> int:
    return sum(1 << n for n, flag in enumerate(flags) if flag)


def _world(document: Document) -> World:
    tiers = {ladder.id: [tier.id for tier in ladder.tiers] for ladder in document.ladders}
    return World(tiers, {store: known.groups for store, known in document.stores.items()})


def _titles(document: Document) -> dict[tuple[str, str], dict[str, str]]:
    """A rule without a title has that of its campaign; of a coupon see `compile_coupon`."""
    found = {
        (campaign.id, rule.id): rule.title or campaign.title
        for campaign in document.campaigns
        for rule in campaign.rules
    }
    for one in document.coupons:
        name = f"{PREFIX}{one.id}"
        found["", one.id] = found[name, name] = one.title
    return {key: title for key, title in found.items() if title}


def _terms(head: Head, tz: zoneinfo.ZoneInfo, filters: Filters) -> Terms:
    taxed = {Taxed.GROSS: 1, Taxed.NET: 0}
    barred = tuple(filters.of(where).match for where in head.no_earning)
    return Terms(tz, taxed[head.earns_on] - taxed[head.prices], barred, filters.priced)


def _fields_with_few_values(document: Document) -> frozenset[str]:
    return frozenset(
        f"{MEMBER}{name}"
        for name, field in document.member_fields.items()
        if field.kind in _FEW_VALUES
    )


def _scales(wallets: Iterable[str], rules: Iterable[Rule]) -> Mapping[str, int]:
    """For each wallet a common denominator of all that rules can give to a line."""
    scales = dict.fromkeys(wallets, 1)
    for rule in rules:
        for effect in rule.then:
            if isinstance(effect, Points):
                scales[effect.wallet] = math.lcm(scales[effect.wallet], denominator(effect))
    return scales


def _compile_rest(parts: list[Condition], world: World, filters: Filters) -> Holds | None:
    if not parts:
        return None
    return every(compile_conditions(parts, world, filters))
