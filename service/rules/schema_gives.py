"""The part of the JSON Schema about what members get: effects, coupons, rewards, paying."""

from service.kernel.calendar import Period
from service.rules import units
from service.rules.check import cursor
from service.rules.check.coupons import CODE_MAX, ID_PATTERN
from service.rules.decision import Target
from service.rules.document import ComesBack, Recover, RedeemAs
from service.rules.json_shapes import (
    Schema,
    any_of,
    by_id,
    list_of,
    mapping,
    one_of,
    ref,
    text,
)
from service.rules.schema_clubs import early_access, event
from service.rules.schema_texts import told


def effect() -> Schema:
    """One effect of a rule."""
    floor = {
        "ladder": ref("id"),
        "tier": ref("id", "the member stands there at least"),
        "for": ref("duration", "without it: for ever"),
    }
    template = {"template": text(ID_PATTERN, "a coupon with 'personal: true'", "THANKS10")}
    effects = {
        "points": _points(),
        "multiply": _multiply(),
        "set_tier": mapping(floor, "a floor under the tier", needs=("ladder", "tier")),
        "discount": _discount(),
        "coupon": mapping(template, "a coupon in the member's list", needs=("template",)),
        "badge": mapping({"badge": ref("id")}, "the member has got it", needs=("badge",)),
        "invite": mapping({"club": ref("id")}, "an offer of a seat", needs=("club",)),
        "event": event(),
    }
    return mapping(effects, least=1) | {"maxProperties": 1}


def limit() -> Schema:
    """`limit` of a rule."""
    times = {"times": ref("count", "at most so often"), "per": _per()}
    return mapping(times, "per member", needs=("times",))


def transfer() -> Schema:
    """`transfer` of a wallet."""
    return mapping(
        {
            "min": ref("units", "the fewest that may be given at once"),
            "max": ref("units", "the most that may be given at once"),
            "per_day_max": ref("units", "the most that a member may give on one day"),
        },
        "how members may give its units to each other",
    )


def households() -> Schema:
    """The `households` section."""
    return mapping(
        {
            **told(),
            "members_max": ref("count", "how many members one may have, 2 to 50"),
            "wallets": list_of(ref("id"), "whose units they may put together", least=1),
            "draw": draw(),
            "offer_for": ref("duration", "how long an invitation stands, 7d"),
        },
        "members who put units into one pool and draw from it",
        needs=("members_max", "wallets"),
    )


def draw() -> Schema:
    """`draw` of households and of clubs."""
    amounts = list_of(ref("units"), least=1)
    drawn = any_of(ref("units"), amounts, about="units a person may draw in a calendar month")
    return mapping({"per_person_month_max": drawn}, needs=("per_person_month_max",))


def redeem() -> Schema:
    """`redeem` of a wallet."""
    rate = text(units.RATE_PATTERN, "what units are worth, rounded down", "100 points = 1 EUR")
    return mapping(
        {
            "rate": rate,
            "min": ref("units", "the fewest that may pay, a multiple of the step"),
            "step": ref("units", "only multiples of this may pay"),
            "max": ref("units", "the most that may pay at once"),
            "share_max": ref("share", "of the goods after discounts, at most"),
            "as": one_of(RedeemAs, "a discount lowers what earns, a tender does not"),
            "where": ref("where", "only these lines may be paid"),
            "grace": ref("duration", "how long units given back live at least, 30d"),
        },
        "how its units pay at checkout",
        needs=("rate",),
    )


def coupons() -> Schema:
    """The `coupons` section."""
    valid = {
        "for": ref("duration", "from its issue"),
        "from": ref("date", "the first day"),
        "until": ref("date", "the last day, to its end"),
    }
    limits = {
        "uses": ref("count", "of a shared code over all members, of any other code for itself"),
        "per_member": ref("count", "by one member"),
        "per": _per(),
    }
    template = mapping(
        {
            **told(),
            "discount": _discount(),
            "multiply": _multiply(),
            "points": _points(),
            "when": ref("condition", "asked before our discounts"),
            "valid": mapping(valid, "when it can be used", least=1),
            "limit": mapping(limits, "how often it can be used", least=1),
            "personal": ref("flag", "issued into members' lists"),
            "code": _code(),
            "priority": ref("count", "lower comes first, then by id"),
            "comes_back": one_of(ComesBack, "after a return: never, of the whole, of anything"),
            "recover": one_of(Recover, "what a used one costs that a return takes back"),
            "early_access": early_access(),
        }
    )
    return by_id(template, "what a code or a coupon in a member's list gives", ID_PATTERN)


def rewards() -> Schema:
    """The section `rewards`."""
    tier = rf"{cursor.ID_PATTERN[:-1]}(?:\.{cursor.ID_PATTERN[1:-1]})?$"
    gives = {
        "coupon": text(ID_PATTERN, "a coupon with 'personal: true'", "FREE-COFFEE"),
        "item": ref("id", "what staff hand over"),
        "external": ref("id", "what somebody else delivers"),
    }
    reward = {
        **told(),
        "price": ref("units", "in units of the wallet it names, or the first to spend from"),
        "prices": mapping({}, "by tier, and above it", patterns={tier: ref("units")}),
        "gives": mapping(gives, "one of these", least=1) | {"maxProperties": 1},
        "stock": ref("count", "so many in all, those that were redeemed included"),
        "when": ref("condition", "who may have it; nothing of a purchase"),
        "from": ref("date", "the first day"),
        "until": ref("date", "the last day, to its end"),
        "limit": limit(),
        "early_access": early_access(),
    }
    return by_id(mapping(reward, needs=("price", "gives")), "what members may have for units")


def gift_cards() -> Schema:
    """The `gift_cards` section."""
    kind = mapping(
        {
            **told(),
            "min": ref("money", "the least that is put on it at once"),
            "max": ref("money", "the most that it may hold"),
            "expires": ref("expiry", "of the money, from when it was put on"),
            "pin": ref("flag", "each card has a PIN"),
        },
        needs=("max",),
    )
    return by_id(kind, "kinds of cards that hold money")


def _code() -> Schema:
    about = "one code for everybody; without it, and not personal: codes made in batches"
    return {"type": "string", "minLength": 1, "maxLength": CODE_MAX, "description": about}


def _per() -> Schema:
    about = "calendar period or rolling time"
    return any_of(one_of((*Period, "ever")), ref("duration"), about=about)


def _points() -> Schema:
    points = {
        "wallet": ref("id", "the first one that is not qualifying, unless named"),
        "fixed": ref("units", "once for the purchase"),
        "per": any_of(ref("money"), one_of(("unit",)), about="so much spent, or each unit bought"),
        "award": ref("units", "for each of those"),
        "where": ref("where", "only for these lines"),
        "expires": ref("expiry", "instead of the wallet's expiry"),
        "less": list_of(ref("id"), "wallets, or gift_card: what they paid does not earn", least=1),
    }
    return mapping(points, "give units")


def _multiply() -> Schema:
    multiply = {
        "by": ref("number", "from 1 to 1000"),
        "wallets": list_of(ref("id"), "all that are not qualifying, unless named", least=1),
        "where": ref("where", "only for these lines"),
    }
    return mapping(multiply, "multiply what other rules give a line", needs=("by",))


def _discount() -> Schema:
    discount = {
        "percent": ref("percent", "of the price that other discounts left"),
        "amount": ref("money", "off, at most what there is to pay"),
        "unit_price": ref("money", "what each unit costs instead"),
        "buy": ref("count", "for each so many units"),
        "pay": ref("count", "pay only for so many of them, the cheapest are free"),
        "free": ref("count", "so many units are free, the cheapest first"),
        "of": ref("where", "the lines of which units are free"),
        "on": one_of(Target, "what it is taken off, and in which order"),
        "where": ref("where", "only for these lines"),
        "max": ref("money", "off at most, for the whole purchase"),
        "exclusive_group": ref("id", "only the best of a group is given"),
        "stackable": ref("flag", "false: no other discount on the lines it lowers"),
    }
    return mapping(discount, "money off", least=1)
