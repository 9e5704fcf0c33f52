"""Document -> Program: closures, index, needs. Done once for a version, by every worker."""

import datetime as dt
import math
import zoneinfo
from collections.abc import Iterable, Mapping

from service.kernel.calendar import zone
from service.rules.case import Terms
from service.rules.compiled_rule import (
    CompiledRule,
    LotKind,
    LotKinds,
    compile_offers,
    compile_parts,
)
from service.rules.conditions.fact import MEMBER, TIER, Fact, World
from service.rules.conditions.history import History, Window
from service.rules.conditions.lines import Filter, Filters
from service.rules.conditions.logic import Condition, Holds, compile_conditions, every, leaves
from service.rules.coupons import PREFIX, CompiledCoupon, cap_budget, compile_coupon, rule_of
from service.rules.document import (
    Budget,
    Campaign,
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
from service.rules.index import Index
from service.rules.printing import Printed
from service.rules.rewards import CompiledReward, stock_budget

Span = tuple[dt.datetime, dt.datetime | None]  # when a lot can be used, and when it lapses
_FEW_VALUES = frozenset({FieldKind.BOOL, FieldKind.CHOICE})
_NEEDS_NO_LOAD = "member.known"  # true of every member there is


class Program:
    """One version of a program, ready to decide. Nothing of it changes but what it remembers.

    wallets, ladders: by id; wallets_by_number: by the number the ledger uses. windows: distinct
    history windows its rules and coupons read. limited: rule id -> Limit. reads_member: a condition
    reads a fact of the member other than tiers; reads_tiers: a condition or an expiry depends on
    tiers. rules: in order of (priority, id). coupons: by template; codes: shared code, normalised
    -> template. rewards: by id. budgets: by campaign, the uses of shared codes by
    `CouponTemplate.cap`, which caps has with its template, and stocks by `Reward.cap`. pays: by
    wallet, the lines its units may pay.
    discounting, earning: the rules with discounts, with other effects, as bits of the index.
    discount_caps: lines, and the share of their price that may be off. printed: the lines of
    receipts. titles: what people are told had an effect, by campaign and rule.
    """

    __slots__ = (
        "_spans",
        "_spans_at",
        "budgets",
        "caps",
        "codes",
        "coupons",
        "discount_caps",
        "discounting",
        "document",
        "earning",
        "effective_from",
        "filters",
        "index",
        "ladders",
        "limited",
        "lots",
        "pays",
        "printed",
        "reads_member",
        "reads_tiers",
        "rewards",
        "rules",
        "rules_by_id",
        "terms",
        "titles",
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
        self.wallets_by_number = {wallet.number: wallet for wallet in document.wallets}
        self.ladders: dict[str, Ladder] = {ladder.id: ladder for ladder in document.ladders}
        self.world = _world(document)
        self.filters = Filters()
        self.terms = _terms(document.program, self.tz, self.filters)
        self.lots = LotKinds()
        self._spans_at: dt.datetime = effective_from
        self._spans: dict[tuple[int, Expiry], Span] = {}
        pairs = _in_order(document.campaigns)
        self.index = Index(pairs, self.world, _fields_with_few_values(document))
        self._compile(pairs)
        self.rules_by_id = {rule.id: rule for rule in self.rules}
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
        self._collect_needs(pairs)
        self.rewards = {
            reward.id: CompiledReward(reward, self.world, self.filters)
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

    def _compile(self, pairs: list[tuple[Campaign, Rule]]) -> None:
        wallets, world, filters, lots = self.wallets, self.world, self.filters, self.lots
        templates = self.document.coupons
        of_coupons = [rule for rule in map(rule_of, templates) if rule is not None]
        scales = _scales(wallets, [*(rule for _, rule in pairs), *of_coupons])
        self.rules = tuple(
            CompiledRule(
                campaign,
                rule,
                _compile_rest(rest, world, filters),
                compile_parts(rule, wallets, scales, filters, lots),
                compile_offers(campaign, rule, filters),
            )
            for (campaign, rule), rest in zip(pairs, self.index.rest, strict=True)
        )
        self.coupons: dict[str, CompiledCoupon] = {
            template.id: compile_coupon(template, wallets, scales, world, filters, lots)
            for template in templates
        }
        self.codes = {t.code: t.id for t in templates if t.code is not None}

    def _collect_needs(self, pairs: list[tuple[Campaign, Rule]]) -> None:
        whens = [rule.when for _, rule in pairs] + [c.when for c in self.document.coupons]
        tests = [leaf for when in whens if when for leaf in leaves(when)]
        facts = {test.fact for test in tests if isinstance(test, Fact)}
        windows: dict[Window, None] = dict.fromkeys(
            test.window for test in tests if isinstance(test, History)
        )
        self.windows = tuple(windows)
        self.limited: dict[str, Limit] = {
            rule.id: rule.limit for _, rule in pairs if rule.limit is not None
        }
        tiers = {fact for fact in facts if fact.startswith(TIER)}
        by_tier = any(wallet.expires_by_tier for wallet in self.wallets.values())
        self.reads_tiers = bool(tiers) or by_tier
        others = facts - tiers - {_NEEDS_NO_LOAD}
        self.reads_member = any(fact.startswith(MEMBER) for fact in others)

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


def _in_order(campaigns: Iterable[Campaign]) -> list[tuple[Campaign, Rule]]:
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
