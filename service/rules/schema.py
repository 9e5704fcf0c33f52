"""The JSON Schema of a program file, for completion and squiggles in editors.

Editors read YAML 1.2: there `1_000_000` and dates are strings, so the schema allows what both
readers make of the same text. It says the shape; what depends on the program's own declarations
(its wallets, tiers, fields) only `check` knows. The keys are held equal to those of check/ by a
test; facts come from the registry, patterns from units.
"""

from typing import Final

from service.rules import units
from service.rules.check.comparisons import operators
from service.rules.check.cursor import ID_PATTERN
from service.rules.check.ladders import CALENDARS
from service.rules.check.leaves import ACTIVITY_PATTERN, TERMS_MAX, TEXT_MAX
from service.rules.currencies import EXPONENTS
from service.rules.document import DowngradeWhen, Shortfall, Taxed, WhenOut
from service.rules.expiry import RoundTo
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
from service.rules.registry import BUILT_IN, BUILT_IN_LINE_FIELDS, MEMBER_NAMES, Info, Kind, Origin
from service.rules.schema_clubs import (
    activity,
    badges,
    belonging,
    clubs,
    early_access,
    segments,
    trigger,
)
from service.rules.schema_gives import (
    coupons,
    draw,
    effect,
    gift_cards,
    households,
    limit,
    redeem,
    rewards,
    transfer,
)
from service.rules.schema_staff import adjust, staff
from service.rules.schema_texts import by_language, images, receipts, told

_OF_THEIR_OWN: Final = (Kind.TIME, Kind.LINES, Kind.GROUPS)
_IN_KEYS: Final = ID_PATTERN.strip("^$")  # an id as the last part of a dotted key


def json_schema() -> Schema:
    """JSON Schema (2020-12) of a program file, the same for every program."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Regulars program",
        **mapping(
            {
                "program": _head(),
                "channels": list_of(ref("id"), "sales channels", least=1),
                "stores": by_id(_store(), "stores by id; none: any store is taken"),
                "identifiers": list_of(ref("id"), "kinds of identifiers, in order of matching", 1),
                "line_fields": _line_fields(),
                "member_fields": by_id(_field("text", "bool", "number"), "fields of members"),
                "wallets": by_id(_wallet(), "kinds of units members hold, by id"),
                "ladders": by_id(_ladder(), "tiers in order and what counts towards them"),
                "campaigns": list_of(_campaign(), "dated sets of rules"),
                "coupons": coupons(),
                "rewards": rewards(),
                "gift_cards": gift_cards(),
                "households": households(),
                "clubs": clubs(draw()),
                "segments": segments(),
                "badges": badges(),
                "staff": staff(),
                "receipts": receipts(),
            },
            "A loyalty program: its wallets, ladders and rules.",
            needs=("program", "channels", "identifiers"),
        ),
        "$defs": _values() | _tests() | _shared(),
    }


def _values() -> Schema:
    number = {"type": "number"}
    long_text = {"type": "string", "minLength": 1, "maxLength": TERMS_MAX}
    share = text(units.PERCENT_PATTERN, "a percentage", "50 %")
    long_number = text(units.NUMBER_PATTERN, "a number with _ between digits", "1_000_000")
    return {
        "id": text(ID_PATTERN, "an id of a-z, 0-9, - and _", "points"),
        "text": {"type": "string", "minLength": 1, "maxLength": TEXT_MAX},
        "texts": by_language(ref("text")),
        "long_texts": by_language(long_text),
        "images": images(),
        "flag": {"type": "boolean"},
        "scalar": any_of(ref("text"), ref("count"), ref("flag")),
        "count": any_of({"type": "integer"}, long_number),
        "number": any_of(number, long_number),
        "units": any_of(
            number,
            long_number,
            text(units.UNITS_PATTERN, "an amount of a wallet", "500 points"),
            about="units of a wallet",
        ),
        "share": share,
        "percent": any_of(number, long_number, share, about="percent, without or with the sign"),
        "money": text(units.MONEY_PATTERN, "money in the program's currency", "12.50 EUR"),
        "duration": text(units.DURATION_PATTERN, "a length of time", "30d", "72h", "12 months"),
        "date": text(units.DATE_PATTERN, "a local date", "2026-09-01"),
        "time": text(units.TIME_PATTERN, "a local time of day", "06:00"),
        "day": text(units.MONTH_DAY_PATTERN, "a day of the year", "12-31"),
    }


def _value(info: Info) -> Schema:
    if info.values:
        return one_of(info.values)
    value_of = {
        Kind.TEXT: "text",
        Kind.CHOICE: "text",
        Kind.BOOL: "flag",
        Kind.COUNT: "count",
        Kind.MONEY: "money",
        Kind.QUANTITY: "number",
        Kind.DATE: "date",
        Kind.TIER: "id",
        Kind.ANY: "scalar",
    }
    return ref(value_of[info.kind])


def _comparisons(kind: Kind, value: Schema) -> Schema:
    many = list_of(value, least=1)
    return {word: many if word in ("in", "not_in") else value for word in operators(kind)}


def _test(kind: Kind, value: Schema) -> Schema:
    return any_of(value, list_of(value, least=1), mapping(_comparisons(kind, value), least=1))


def _tests() -> Schema:
    """One definition a type; a fact with values of its own has its own test instead."""
    kinds = [kind for kind in Kind if kind not in (Kind.CHOICE, *_OF_THEIR_OWN)]
    return {f"{kind}_test": _test(kind, _value(Info("", kind, Origin.CART, ""))) for kind in kinds}


def _fact(info: Info) -> Schema:
    about = f"{info.label} (from {info.origin})"
    if info.kind is Kind.LINES:
        return _lines(about)
    if info.kind is Kind.TIME:
        times = {"from": ref("time"), "to": ref("time")}
        return mapping(times, about, needs=times)
    if info.origin is Origin.HISTORY:
        return _history(info, about)
    if info.origin is Origin.ACTIVITY:
        return _activities(info, about)
    return belonging(about) if info.kind is Kind.GROUPS else _scalar(info, about)


def _scalar(info: Info, about: str) -> Schema:
    if info.values:
        return _test(info.kind, _value(info)) | {"description": about}
    return ref(f"{Kind.TEXT if info.kind is Kind.CHOICE else info.kind}_test", about)


def _lines(about: str) -> Schema:
    parts = {
        "where": ref("where", "which lines"),
        "amount": ref("money_test", "sum of what the matching lines cost"),
        "quantity": ref("quantity_test", "sum of the quantities of the matching lines"),
    }
    return mapping(parts, about, least=1)


def _history(info: Info, about: str) -> Schema:
    window = {
        "within": ref("duration", "how far back; without it: ever"),
        "channel": ref("text", "only purchases of this channel"),
        "store": ref("text", "only purchases of this store"),
        "category": ref("text", "only lines of this category"),
        "including_this": ref("flag", "count the purchase being decided too"),
    }
    return mapping(_comparisons(info.kind, _value(info)) | window, about, least=1)


def _activities(info: Info, about: str) -> Schema:
    window = {
        "name": activity("of which activity"),
        "within": ref("duration", "how far back; without it: ever"),
    }
    return mapping(_comparisons(info.kind, _value(info)) | window, about, needs=("name",))


def _shared() -> Schema:
    declared = any_of(ref("text_test"), about="a declared line field")
    alternatives = list_of(ref("condition"), "conditions", least=1)
    member = any_of(ref("text_test"), ref("bool_test"), ref("count_test"), about="a member field")
    attribute = ref("any_test", "an attribute of the activity, with 'trigger: {activity: …}'")
    return {
        "expiry": any_of(one_of(("never",)), _expires(), about="when units lapse"),
        "where": mapping(
            {field.name: _fact(field) for field in BUILT_IN_LINE_FIELDS}
            | {"category": declared, "brand": declared},
            "tests of line fields, all of which must hold",
            patterns={rf"^attributes\.{_IN_KEYS}$": declared},
            least=1,
        ),
        "condition": mapping(
            {info.name: _fact(info) for info in BUILT_IN}
            | {"all": alternatives, "any": alternatives, "not": ref("condition")},
            "conditions, all of which must hold",
            patterns={
                rf"^activity\.(?!count$){ACTIVITY_PATTERN.strip('^$')}$": attribute,
                rf"^member\.tier\.{_IN_KEYS}$": ref("tier_test", "tier before the purchase"),
                rf"^member\.(?!(?:{'|'.join(sorted(MEMBER_NAMES))})(?:\.|$)){_IN_KEYS}$": member,
            },
            least=1,
        ),
    }


def _expires(**more: Schema) -> Schema:
    models = {
        "after": ref("duration", "so long after they became available"),
        "dates": list_of(ref("day"), "at the end of these days, every year", least=1),
        "inactivity": ref("duration", "so long without earning or redeeming"),
    }
    rounded = {"round_to": one_of(RoundTo, "move on to the end of the period it falls in")}
    return mapping(models | rounded | more, least=1)


def _head() -> Schema:
    lines = any_of(ref("where"), list_of(ref("where"), least=1), about="lines that never earn")
    cap = mapping(
        {
            "where": ref("where", "of these lines; without it: of all"),
            "max": ref("share", "of what they cost before our discounts"),
        },
        needs=("max",),
    )
    return mapping(
        {
            "id": ref("id"),
            "title": ref("texts"),
            "timezone": {"type": "string", "description": "IANA zone such as Europe/Warsaw"},
            "currency": one_of(EXPONENTS, "ISO 4217"),
            "prices": one_of(Taxed, "what the amount of a line is"),
            "earns_on": one_of(Taxed, "what awards are counted on"),
            "no_earning": lines,
            "discount_caps": list_of(cap, "how much our discounts may be together", least=1),
            "backdate_max": ref("duration", "how late a purchase may be reported, 30d"),
            "claim_max": ref("duration", "how late a purchase may be claimed, 30d"),
        },
        needs=("id", "timezone", "currency"),
    )


def _store() -> Schema:
    return mapping({"groups": list_of(ref("id"), "groups of stores it belongs to")})


def _field(*kinds: str) -> Schema:
    values = list_of(ref("text"), "the allowed values", least=1)
    return any_of(one_of(kinds), values)


def _line_fields() -> Schema:
    attributes = by_id(_field("text"), "further fields of a line")
    fields = {"category": _field("text"), "brand": _field("text"), "attributes": attributes}
    return mapping(fields, "fields of a line that conditions may ask for")


def _wallet() -> Schema:
    per_tier = by_id(by_id(ref("expiry")), "ladder, then tier: an expiry that wins there")
    never = one_of(("never",))
    pending = mapping({"for": ref("duration")}, "time before units can be used", needs=("for",))
    return mapping(
        {
            **told(),
            "qualifying": ref("flag", "counts towards tiers and cannot be spent"),
            "scale": ref("count", "decimal places, 0 to 6"),
            "pending": pending,
            "expires": any_of(never, _expires(per_tier=per_tier), about="when units lapse"),
            "shortfall": one_of(Shortfall, "what becomes of a clawback that finds too little"),
            "redeem": redeem(),
            "transfer": transfer(),
            "adjust": adjust(),
        }
    )


def _ladder() -> Schema:
    true = {"const": True}
    period = {"rolling": ref("duration"), "calendar": one_of(CALENDARS)}
    within = any_of(one_of(("anniversary", "lifetime")), mapping(period, least=1))
    qualify = {
        "wallet": ref("id", "a qualifying wallet"),
        "spend": true | {"description": "money paid"},
        "visits": true | {"description": "number of purchases"},
        "within": within,
    }
    downgrade = {
        "when": one_of(DowngradeWhen, "when a tier that is not qualified for again ends"),
        "steps": one_of(("one", "all"), "down one tier at a time, or to the tier reached"),
        "grace": ref("duration", "time after the end in which the tier still holds"),
    }
    start = any_of(ref("units"), ref("money"), about="units, money or purchases to reach it")
    tier = mapping({"id": ref("id"), "from": start, **told()}, needs=("id", "from"))
    return mapping(
        {
            **told(),
            "qualify": mapping(qualify, "what counts", needs=("within",)),
            "downgrade": mapping(downgrade, "how tiers end"),
            "tiers": list_of(tier, "from the lowest, which starts at 0", least=1),
        },
        needs=("qualify", "tiers"),
    )


def _campaign() -> Schema:
    budget = {
        "points": ref("units", "units its rules may give, over all members"),
        "uses": ref("count", "times its rules may fire, over all members"),
        "money": ref("money", "what its rules' discounts may take off, over all members"),
        "when_out": one_of(WhenOut, "give what is left, or nothing"),
        "wallet": ref("id", "whose units; the first one that is not qualifying"),
    }
    return mapping(
        {
            "id": ref("id"),
            "title": ref("texts"),
            "from": ref("date", "the first day"),
            "until": ref("date", "the last day, to its end"),
            "early_access": early_access(),
            "budget": mapping(budget, "a cap over all members", least=1),
            "rules": list_of(_rule(), least=1),
        },
        needs=("id", "rules"),
    )


def _rule() -> Schema:
    return mapping(
        {
            "id": ref("id", "unique in the program"),
            "title": ref("texts"),
            "priority": ref("count", "lower comes first, then by id"),
            "trigger": trigger(),
            "when": ref("condition"),
            "limit": limit(),
            "then": list_of(effect(), "what it gives", least=1),
        },
        "when the conditions hold, then the effects",
        needs=("id", "then"),
    )
