"""A rule ready to decide: its condition as a function, its effects as steps on tallies."""

import copy
from collections.abc import Callable, Mapping

from service.rules.conditions.lines import Filters
from service.rules.conditions.logic import Holds
from service.rules.discounts.offers import Offer
from service.rules.document import Budget, Campaign, Rule, Wallet
from service.rules.effects import (
    Discount,
    GiveBadge,
    GiveCoupon,
    InviteToClub,
    Multiply,
    Points,
    SetTier,
    TellEvent,
)
from service.rules.effects.multiply import compile_multiply
from service.rules.effects.points import compile_points
from service.rules.expiry import Expiry
from service.rules.tally import Tally

Step = Callable[[Tally], None]
Mark = GiveBadge | InviteToClub | TellEvent  # effects that are known as soon as the rule fires


class LotKind:
    """Units of a wallet that lapse by one model; `expires` None: by the wallet's own."""

    __slots__ = ("expires", "number", "wallet")

    def __init__(self, number: int, wallet: Wallet, expires: Expiry | None) -> None:
        self.number = number
        self.wallet = wallet
        self.expires = expires


class LotKinds:
    """All kinds of lots a program can make, numbered."""

    __slots__ = ("_known", "all")

    def __init__(self) -> None:
        self.all: list[LotKind] = []
        self._known: dict[tuple[str, Expiry | None], LotKind] = {}

    def of(self, wallet: Wallet, expires: Expiry | None) -> LotKind:
        """The kind of this wallet and override."""
        key = (wallet.id, expires)
        if key not in self._known:
            self._known[key] = LotKind(len(self.all), wallet, expires)
            self.all.append(self._known[key])
        return self._known[key]


class Part:
    """What a rule does to one wallet. `effect` and `lot` are those of its credit.

    `fixed`: units it gives where there is no cart.
    """

    __slots__ = ("effect", "fixed", "lot", "scale", "steps", "wallet")

    def __init__(
        self,
        wallet: str,
        effect: str,
        lot: LotKind,
        scale: int,
        steps: tuple[Step, ...],
        fixed: int = 0,
    ) -> None:
        self.wallet = wallet
        self.effect = effect
        self.lot = lot
        self.scale = scale
        self.steps = steps
        self.fixed = fixed


class CompiledRule:
    """`rest` is what the index does not answer of its condition (None: the index answers all).

    `times`: uses its limit allows in a period, None without a limit. `offers`: its discounts.
    `earns`: it does something else than lower prices. `coupon`: the position of the coupon whose
    points or multiplier it stands for; None: it is a rule. `marks`: badges, invitations, events.
    """

    __slots__ = (
        "budget",
        "campaign",
        "coupon",
        "earns",
        "floors",
        "gives",
        "id",
        "key",
        "marks",
        "offers",
        "parts",
        "rest",
        "rule",
        "times",
    )

    def __init__(
        self,
        campaign: Campaign,
        rule: Rule,
        rest: Holds | None,
        parts: tuple[Part, ...],
        offers: tuple[Offer, ...] = (),
    ) -> None:
        self.id = rule.id
        self.rule = rule
        self.key = (rule.priority, rule.id)
        self.campaign = campaign.id
        self.budget: Budget | None = campaign.budget
        self.times = rule.limit.times if rule.limit else None
        self.rest = rest
        self.parts = parts
        self.offers = offers
        self.coupon: int | None = None
        self.floors = tuple(effect for effect in rule.then if isinstance(effect, SetTier))
        self.gives = tuple(effect for effect in rule.then if isinstance(effect, GiveCoupon))
        self.marks = tuple(effect for effect in rule.then if isinstance(effect, Mark))
        self.earns = bool(self.parts or self.floors or self.gives or self.marks)

    def presented(self, position: int) -> "CompiledRule":
        """The rule of a coupon template for the coupon at this position."""
        own = copy.copy(self)
        own.coupon = position
        return own


def compile_offers(campaign: Campaign, rule: Rule, filters: Filters) -> tuple[Offer, ...]:
    """One offer for each of the rule's discounts, in the order of the file."""
    discounts = [effect for effect in rule.then if isinstance(effect, Discount)]
    return tuple(
        Offer(
            discount,
            filters,
            campaign=campaign.id,
            owner=rule.id,
            priority=rule.priority,
            number=number,
        )
        for number, discount in enumerate(discounts)
    )


def compile_parts(
    rule: Rule,
    wallets: Mapping[str, Wallet],
    scales: Mapping[str, int],
    filters: Filters,
    lots: LotKinds,
) -> tuple[Part, ...]:
    """One part for each wallet the rule touches, in the program's order of wallets."""
    steps: dict[str, list[Step]] = {}
    points: dict[str, list[Points]] = {}
    for effect in rule.then:
        match effect:
            case Points():
                points.setdefault(effect.wallet, []).append(effect)
                step = compile_points(effect, filters, scales[effect.wallet])
                steps.setdefault(effect.wallet, []).append(step)
            case Multiply():
                for name in effect.wallets:
                    steps.setdefault(name, []).append(compile_multiply(effect, filters))
            case _:
                pass
    return tuple(
        Part(
            name,
            "points" if name in points else "multiply",
            lots.of(wallet, _override(points.get(name, []))),
            scales[name],
            tuple(steps[name]),
            sum(effect.fixed or 0 for effect in points.get(name, [])),
        )
        for name, wallet in wallets.items()
        if name in steps
    )


def _override(effects: list[Points]) -> Expiry | None:
    """The first expiry one of the rule's effects on a wallet names: a credit goes into one lot."""
    return next((effect.expires for effect in effects if effect.expires is not None), None)
