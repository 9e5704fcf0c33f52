"""What comes before the awards once more: discounts, coupons, units that pay."""

from msgspec.structs import replace

from service.rules.cart import Cart
from service.rules.conditions import Activities, Belonging, Fact, History
from service.rules.conditions.belonging import Circle
from service.rules.conditions.logic import leaves
from service.rules.decision import Discounted, NotApplied, Refused
from service.rules.document import Campaign, CouponTemplate, Document, RedeemAs, Rule, WhenOut
from service.rules.effects import Discount
from service.rules.facts import Facts, MemberFacts
from tests.rules.reference_awards import Fired, all_parts, fires, of_purchases, sums
from tests.rules.reference_conditions import Scene, belongs, holds
from tests.rules.reference_discounts import Offer, best, losers, share_out
from tests.rules.reference_paying import pay

NOBODY = MemberFacts()


class Checkout:
    """Discounts, coupons and payments: `scene` is the cart as it is priced by them."""

    def __init__(self, document: Document, cart: Cart, facts: Facts) -> None:
        self.document, self.facts = document, facts
        self.known = facts.member is not None
        self.demands: dict[str, int] = {}
        self.caps: set[str] = set()
        self.coupons: list[int] = []
        self.refused: dict[int, NotApplied] = {}
        self.of_rules: list[NotApplied] = []
        self.acting: dict[int, tuple[CouponTemplate, Rule]] = {}
        self.saving: list[str] = []
        asked = cart
        if cart.charged:
            asked = replace(
                cart, charged=False, lines=tuple(replace(x, charged_off=0) for x in cart.lines)
            )
        self.before = Scene(document, asked, facts, facts.member or NOBODY)
        self.discounts = self.take(self.offers() + self.offers_of_coupons())
        off = [(n, minor) for one in self.discounts for n, minor in one.lines]
        middle = Scene(document, lowered(asked, off), facts, self.before.member)
        self.paid, self.unpaid = pay(middle, RedeemAs.DISCOUNT, self.known)
        off += [(n, minor) for one in self.paid for n, minor, _ in one.lines]
        sold = cart if cart.charged else lowered(cart, off)
        self.scene = Scene(document, sold, facts, self.before.member)
        tenders, unpaid = pay(self.scene, RedeemAs.TENDER, self.known)
        self.scene.tenders = tuple(tenders)
        self.paid += tenders
        self.unpaid += unpaid

    def offers(self) -> list[Offer]:
        """Of rules, for members."""
        return [
            Offer(campaign.id, rule.id, rule.priority, effect, number)
            for campaign, rule in of_purchases(self.document)
            if self.known and fires(self.before, campaign, rule)
            for number, effect in enumerate(e for e in rule.then if isinstance(e, Discount))
        ]

    def offers_of_coupons(self) -> list[Offer]:
        found = []
        templates = {template.id: template for template in self.document.coupons}
        for position, shown in enumerate(self.facts.coupons):
            template = templates.get(shown.template or "")
            why = None if shown.forced or shown.why is None else Refused(shown.why)
            if template is None:
                why = why or Refused.UNKNOWN
            else:
                why = why or self.unusable(template, forced=shown.forced)
            if why is not None or template is None:
                self.refused[position] = NotApplied(reason=why or Refused.UNKNOWN, coupon=position)
            elif template.discount is None:
                effect = template.multiply or template.points
                assert effect is not None
                name = f"coupon:{template.id}"
                rule = Rule(at="$", id=name, priority=template.priority, then=(effect,))
                self.acting[position] = (template, rule)
            else:
                offer = Offer("", template.id, template.priority, template.discount)
                offer.coupon, offer.forced = position, shown.forced
                found.append(offer)
        return found

    def unusable(self, template: CouponTemplate, *, forced: bool) -> Refused | None:
        gives = template.discount is None
        facts = [
            leaf
            for leaf in (leaves(template.when) if template.when else ())
            if isinstance(leaf, History | Belonging | Activities)
            or (isinstance(leaf, Fact) and leaf.fact.startswith("member."))
        ]
        personal = template.personal or template.per_member is not None or bool(facts)
        if not self.known and (gives or (personal and not forced)):
            return Refused.NEEDS_MEMBER
        if not forced and self.is_too_early(template):
            return Refused.NOT_STARTED
        if forced or template.when is None or holds(self.before, template.when):
            return None
        return Refused.CONDITION_FAILED

    def is_too_early(self, template: CouponTemplate) -> bool:
        """Only members of the club that has it earlier may use it yet."""
        start, early = template.valid.from_at, template.early_access
        if early is None or start is None or self.facts.at >= start:
            return False
        return not belongs(self.before, Circle.CLUBS, early.club)

    def grants_use(self, position: int) -> bool:
        """Whether the coupon may act; asks the cap of its code."""
        shown = self.facts.coupons[position]
        template = next(t for t in self.document.coupons if t.id == shown.template)
        if template.cap is None:
            return True
        self.demands[template.cap] = 1
        grants = self.facts.grants
        if grants is None or grants.get(template.cap, 0) >= 1:
            self.caps.add(template.cap)
            return True
        return shown.forced

    def take(self, offers: list[Offer]) -> list[Discounted]:
        cart = self.before.cart
        while True:
            chosen = best(self.document, cart, offers)
            won = [offer for offer, parts in chosen.parts.items() if parts and offer.coupon >= 0]
            out = [offer for offer in won if not self.grants_use(offer.coupon)]
            if not out:
                break
            for offer in out:
                self.refused[offer.coupon] = NotApplied(reason=Refused.USED_UP, coupon=offer.coupon)
            offers = [offer for offer in offers if offer not in out]
        for one in losers(cart, offers, chosen):
            if one.coupon is not None:
                self.refused[one.coupon] = one
            else:
                self.of_rules.append(one)
        found = chosen.stored()
        wanting = {one.rule for one in found if one.coupon is None}
        self.saving = [rule.id for _, rule in of_purchases(self.document) if rule.id in wanting]
        found = [self.cut(one, found) for one in found]
        found = [one for one in found if one.amount]
        self.coupons = [one.coupon for one in found if one.coupon is not None]
        left = {one.rule for one in found if one.coupon is None}
        self.of_rules += [
            NotApplied(reason=Refused.BUDGET_EXHAUSTED, rule=rule)
            for rule in self.saving
            if rule not in left
        ]
        return found

    def cut(self, one: Discounted, found: list[Discounted]) -> Discounted:
        """The discount with what its campaign's budget leaves of it."""
        campaign = next((c for c in self.document.campaigns if c.id == one.campaign), None)
        grants = self.facts.grants
        if campaign is None or campaign.budget is None:
            return one
        own = [each for each in found if each.campaign == one.campaign]
        left = one.amount
        if campaign.budget.unit == "money":
            wanted = sum(each.wanted for each in own)
            self.demands[campaign.id] = wanted
            granted = wanted if grants is None else grants.get(campaign.id, 0)
            if granted < wanted and campaign.budget.when_out is WhenOut.REJECT:
                granted = 0
            before = sum(each.wanted for each in own[: own.index(one)])
            left = min(one.wanted, max(0, granted - before))
        elif campaign.budget.unit == "uses" and grants is not None:
            rules = [rule for rule in self.saving if rule in {each.rule for each in own}]
            left = one.amount if one.rule in rules[: grants.get(campaign.id, 0)] else 0
        return replace(
            one, amount=left, lines=tuple(sorted(share_out(left, dict(one.lines)).items()))
        )

    def with_coupons(self, fired: Fired) -> Fired:
        """The rules that fired and the coupons that act, in order."""
        while True:
            together = [
                ((rule.priority, rule.id, -1), (campaign, rule)) for campaign, rule in fired
            ] + [
                ((rule.priority, template.id, position), (Campaign(at="$", id=rule.id), rule))
                for position, (template, rule) in self.acting.items()
            ]
            merged = [pair for _, pair in sorted(together, key=lambda item: item[0])]
            out = []
            effective = []
            for position, (_, rule) in self.acting.items():
                others = [pair for pair in merged if pair[1] is not rule]
                credited = any(part.rule == rule.id for part in all_parts(self.scene, merged))
                if credited or sums(self.scene, merged) != sums(self.scene, others):
                    effective.append(position)
                    if not self.grants_use(position):
                        out.append(position)
            for position in out:
                self.refused[position] = NotApplied(reason=Refused.USED_UP, coupon=position)
                del self.acting[position]
            if not out:
                break
        for position in self.acting:
            if position in effective:
                self.coupons.append(position)
            else:
                self.refused[position] = NotApplied(reason=Refused.NO_EFFECT, coupon=position)
        return merged

    def not_applied(self) -> list[NotApplied]:
        ids = [rule.id for _, rule in of_purchases(self.document)]
        paying = {wallet.id for wallet in self.document.wallets if wallet.redeem}
        return [
            *(one for _, one in sorted(self.refused.items())),
            *sorted(self.of_rules, key=lambda one: ids.index(one.rule or "")),
            *self.unpaid,
            *(
                NotApplied(reason=Refused.UNKNOWN, wallet=asked.wallet)
                for asked in self.facts.redeem
                if asked.wallet not in paying
            ),
        ]


def lowered(cart: Cart, off: list[tuple[int, int]]) -> Cart:
    lines = list(cart.lines)
    for n, minor in off:
        lines[n] = replace(lines[n], charged_off=lines[n].charged_off + minor)
    return replace(cart, lines=tuple(lines))
