"""The JSON Schema of a program file, for completion and squiggles in editors.

Editors read YAML 1.2: there `1_000_000` and dates are strings, so the schema allows what both
readers make of the same text. It says the shape; what depends on the program's own declarations
(its wallets, tiers, fields) only `check` knows. The keys are held equal to those of check/ by a
test; facts come from the registry, patterns from units.
"""

from collections.abc import Iterable
from typing import Any, Final

from service.kernel.calendar import Period
from service.rules import units
from service.rules.check.comparisons import operators
from service.rules.check.cursor import ID_PATTERN
from service.rules.check.ladders import CALENDARS
from service.rules.check.leaves import LANGUAGE_PATTERN, TEXT_MAX
from service.rules.currencies import EXPONENTS
from service.rules.document import DowngradeWhen, Shortfall, Taxed, WhenOut
from service.rules.expiry import RoundTo
from service.rules.registry import BUILT_IN, BUILT_IN_LINE_FIELDS, MEMBER_NAMES, Info, Kind, Origin

Schema = dict[str, Any]

_IN_KEYS: Final = ID_PATTERN.strip("^$")  # an id as the last part of a dotted key


def json_schema() -> Schema:
    """JSON Schema (2020-12) of a program file, the same for every program."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Regulars program",
        **_object(
            {
                "program": _head(),
                "channels": _list(_ref("id"), "sales channels", least=1),
                "stores": _by_id(_store(), "stores by id; none: any store is taken"),
                "identifiers": _list(_ref("id"), "kinds of identifiers, in order of matching", 1),
                "line_fields": _line_fields(),
                "member_fields": _by_id(_field("text", "bool", "number"), "fields of members"),
                "wallets": _by_id(_wallet(), "kinds of units members hold, by id"),
                "ladders": _by_id(_ladder(), "tiers in order and what counts towards them"),
                "campaigns": _list(_campaign(), "dated sets of rules"),
            },
            "A loyalty program: its wallets, ladders and rules.",
            needs=("program", "channels", "identifiers"),
        ),
        "$defs": _values() | _tests() | _shared(),
    }


def _object(
    properties: Schema,
    about: str = "",
    needs: Iterable[str] = (),
    patterns: Schema | None = None,
    least: int = 0,
) -> Schema:
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    optional = {
        "description": about,
        "required": list(needs),
        "patternProperties": patterns,
        "minProperties": least,
    }
    return made | {key: value for key, value in optional.items() if value}


def _list(items: Schema, about: str = "", least: int = 0) -> Schema:
    made: Schema = {"type": "array", "items": items, "minItems": least}
    return made | ({"description": about} if about else {})


def _by_id(value: Schema, about: str = "") -> Schema:
    return _object({}, about, patterns={ID_PATTERN: value})


def _ref(name: str, about: str = "") -> Schema:
    made: Schema = {"$ref": f"#/$defs/{name}"}
    return made | ({"description": about} if about else {})


def _enum(values: Iterable[str], about: str = "") -> Schema:
    made: Schema = {"enum": [str(value) for value in values]}
    return made | ({"description": about} if about else {})


def _any(*of: Schema, about: str = "") -> Schema:
    return {"anyOf": list(of)} | ({"description": about} if about else {})


def _text(pattern: str, about: str, *examples: str) -> Schema:
    return {"type": "string", "pattern": pattern, "description": about, "examples": list(examples)}


def _values() -> Schema:
    number = {"type": "number"}
    long_number = _text(units.NUMBER_PATTERN, "a number with _ between digits", "1_000_000")
    return {
        "id": _text(ID_PATTERN, "an id of a-z, 0-9, - and _", "points"),
        "text": {"type": "string", "minLength": 1, "maxLength": TEXT_MAX},
        "texts": _object({}, "text by language", patterns={LANGUAGE_PATTERN: _ref("text")}),
        "flag": {"type": "boolean"},
        "count": _any({"type": "integer"}, long_number),
        "number": _any(number, long_number),
        "units": _any(
            number,
            long_number,
            _text(units.UNITS_PATTERN, "an amount of a wallet", "500 points"),
            about="units of a wallet",
        ),
        "money": _text(units.MONEY_PATTERN, "money in the program's currency", "12.50 EUR"),
        "duration": _text(units.DURATION_PATTERN, "a length of time", "30d", "72h", "12 months"),
        "date": _text(units.DATE_PATTERN, "a local date", "2026-09-01"),
        "time": _text(units.TIME_PATTERN, "a local time of day", "06:00"),
        "day": _text(units.MONTH_DAY_PATTERN, "a day of the year", "12-31"),
    }


def _value(info: Info) -> Schema:
    if info.values:
        return _enum(info.values)
    value_of = {
        Kind.TEXT: "text",
        Kind.CHOICE: "text",
        Kind.BOOL: "flag",
        Kind.COUNT: "count",
        Kind.MONEY: "money",
        Kind.QUANTITY: "number",
        Kind.DATE: "date",
        Kind.TIER: "id",
    }
    return _ref(value_of[info.kind])


def _comparisons(kind: Kind, value: Schema) -> Schema:
    many = _list(value, least=1)
    return {word: many if word in ("in", "not_in") else value for word in operators(kind)}


def _test(kind: Kind, value: Schema) -> Schema:
    return _any(value, _list(value, least=1), _object(_comparisons(kind, value), least=1))


def _tests() -> Schema:
    """One definition a type; a fact with values of its own has its own test instead."""
    kinds = (Kind.TEXT, Kind.BOOL, Kind.COUNT, Kind.MONEY, Kind.QUANTITY, Kind.DATE, Kind.TIER)
    return {f"{kind}_test": _test(kind, _value(Info("", kind, Origin.CART, ""))) for kind in kinds}


def _fact(info: Info) -> Schema:
    about = f"{info.label} (from {info.origin})"
    if info.kind is Kind.LINES:
        return _lines(about)
    if info.kind is Kind.TIME:
        times = {"from": _ref("time"), "to": _ref("time")}
        return _object(times, about, needs=times)
    if info.origin is Origin.HISTORY:
        return _history(info, about)
    if info.values:
        return _test(info.kind, _value(info)) | {"description": about}
    return _ref(f"{Kind.TEXT if info.kind is Kind.CHOICE else info.kind}_test", about)


def _lines(about: str) -> Schema:
    parts = {
        "where": _ref("where", "which lines"),
        "amount": _ref("money_test", "sum of what the matching lines cost"),
        "quantity": _ref("quantity_test", "sum of the quantities of the matching lines"),
    }
    return _object(parts, about, least=1)


def _history(info: Info, about: str) -> Schema:
    window = {
        "within": _ref("duration", "how far back; without it: ever"),
        "channel": _ref("text", "only purchases of this channel"),
        "store": _ref("text", "only purchases of this store"),
        "category": _ref("text", "only lines of this category"),
        "including_this": _ref("flag", "count the purchase being decided too"),
    }
    return _object(_comparisons(info.kind, _value(info)) | window, about, least=1)


def _shared() -> Schema:
    declared = _any(_ref("text_test"), about="a declared line field")
    alternatives = _list(_ref("condition"), "conditions", least=1)
    member = _any(_ref("text_test"), _ref("bool_test"), _ref("count_test"), about="a member field")
    return {
        "expiry": _any(_enum(("never",)), _expires(), about="when units lapse"),
        "where": _object(
            {field.name: _fact(field) for field in BUILT_IN_LINE_FIELDS}
            | {"category": declared, "brand": declared},
            "tests of line fields, all of which must hold",
            patterns={rf"^attributes\.{_IN_KEYS}$": declared},
            least=1,
        ),
        "condition": _object(
            {info.name: _fact(info) for info in BUILT_IN}
            | {"all": alternatives, "any": alternatives, "not": _ref("condition")},
            "conditions, all of which must hold",
            patterns={
                rf"^member\.tier\.{_IN_KEYS}$": _ref("tier_test", "tier before the purchase"),
                rf"^member\.(?!(?:{'|'.join(sorted(MEMBER_NAMES))})(?:\.|$)){_IN_KEYS}$": member,
            },
            least=1,
        ),
    }


def _expires(**more: Schema) -> Schema:
    models = {
        "after": _ref("duration", "so long after they became available"),
        "dates": _list(_ref("day"), "at the end of these days, every year", least=1),
        "inactivity": _ref("duration", "so long without earning or redeeming"),
    }
    rounded = {"round_to": _enum(RoundTo, "move on to the end of the period it falls in")}
    return _object(models | rounded | more, least=1)


def _head() -> Schema:
    lines = _any(_ref("where"), _list(_ref("where"), least=1), about="lines that never earn")
    return _object(
        {
            "id": _ref("id"),
            "title": _ref("texts"),
            "timezone": {"type": "string", "description": "IANA zone such as Europe/Warsaw"},
            "currency": _enum(EXPONENTS, "ISO 4217"),
            "prices": _enum(Taxed, "what the amount of a line is"),
            "earns_on": _enum(Taxed, "what awards are counted on"),
            "no_earning": lines,
            "backdate_max": _ref("duration", "how late a purchase may be reported, 30d"),
            "claim_max": _ref("duration", "how late a purchase may be claimed, 30d"),
        },
        needs=("id", "timezone", "currency"),
    )


def _store() -> Schema:
    return _object({"groups": _list(_ref("id"), "groups of stores it belongs to")})


def _field(*kinds: str) -> Schema:
    values = _list(_ref("text"), "the allowed values", least=1)
    return _any(_enum(kinds), values)


def _line_fields() -> Schema:
    attributes = _by_id(_field("text"), "further fields of a line")
    fields = {"category": _field("text"), "brand": _field("text"), "attributes": attributes}
    return _object(fields, "fields of a line that conditions may ask for")


def _wallet() -> Schema:
    per_tier = _by_id(_by_id(_ref("expiry")), "ladder, then tier: an expiry that wins there")
    never = _enum(("never",))
    pending = _object({"for": _ref("duration")}, "time before units can be used", needs=("for",))
    return _object(
        {
            "title": _ref("texts"),
            "qualifying": _ref("flag", "counts towards tiers and cannot be spent"),
            "scale": _ref("count", "decimal places, 0 to 6"),
            "pending": pending,
            "expires": _any(never, _expires(per_tier=per_tier), about="when units lapse"),
            "shortfall": _enum(Shortfall, "what becomes of a clawback that finds too little"),
        }
    )


def _ladder() -> Schema:
    true = {"const": True}
    period = {"rolling": _ref("duration"), "calendar": _enum(CALENDARS)}
    within = _any(_enum(("anniversary", "lifetime")), _object(period, least=1))
    qualify = {
        "wallet": _ref("id", "a qualifying wallet"),
        "spend": true | {"description": "money paid"},
        "visits": true | {"description": "number of purchases"},
        "within": within,
    }
    downgrade = {
        "when": _enum(DowngradeWhen, "when a tier that is not qualified for again ends"),
        "steps": _enum(("one", "all"), "down one tier at a time, or to the tier reached"),
        "grace": _ref("duration", "time after the end in which the tier still holds"),
    }
    start = _any(_ref("units"), _ref("money"), about="units, money or purchases to reach it")
    tier = _object({"id": _ref("id"), "from": start, "title": _ref("texts")}, needs=("id", "from"))
    return _object(
        {
            "title": _ref("texts"),
            "qualify": _object(qualify, "what counts", needs=("within",)),
            "downgrade": _object(downgrade, "how tiers end"),
            "tiers": _list(tier, "from the lowest, which starts at 0", least=1),
        },
        needs=("qualify", "tiers"),
    )


def _campaign() -> Schema:
    budget = {
        "points": _ref("units", "units its rules may give, over all members"),
        "uses": _ref("count", "times its rules may fire, over all members"),
        "when_out": _enum(WhenOut, "give what is left, or nothing"),
        "wallet": _ref("id", "whose units; the first one that is not qualifying"),
    }
    return _object(
        {
            "id": _ref("id"),
            "title": _ref("texts"),
            "from": _ref("date", "the first day"),
            "until": _ref("date", "the last day, to its end"),
            "budget": _object(budget, "a cap over all members", least=1),
            "rules": _list(_rule(), least=1),
        },
        needs=("id", "rules"),
    )


def _rule() -> Schema:
    per = _any(_enum((*Period, "ever")), _ref("duration"), about="calendar period or rolling time")
    limit = {"times": _ref("count", "at most so often"), "per": per}
    return _object(
        {
            "id": _ref("id", "unique in the program"),
            "title": _ref("texts"),
            "priority": _ref("count", "lower comes first, then by id"),
            "trigger": _enum(("purchase",)),
            "when": _ref("condition"),
            "limit": _object(limit, "per member", needs=("times",)),
            "then": _list(_effect(), "what it gives", least=1),
        },
        "when the conditions hold, then the effects",
        needs=("id", "then"),
    )


def _effect() -> Schema:
    where = _ref("where", "only for these lines")
    points = {
        "wallet": _ref("id", "the first one that is not qualifying, unless named"),
        "fixed": _ref("units", "once for the purchase"),
        "per": _any(_ref("money"), _enum(("unit",)), about="so much spent, or each unit bought"),
        "award": _ref("units", "for each of those"),
        "where": where,
        "expires": _any(_enum(("never",)), _expires(), about="instead of the wallet's expiry"),
    }
    multiply = {
        "by": _ref("number", "from 1 to 1000"),
        "wallets": _list(_ref("id"), "all that are not qualifying, unless named", least=1),
        "where": where,
    }
    floor = {
        "ladder": _ref("id"),
        "tier": _ref("id", "the member stands there at least"),
        "for": _ref("duration", "without it: for ever"),
    }
    effects = {
        "points": _object(points, "give units"),
        "multiply": _object(multiply, "multiply what other rules give a line", needs=("by",)),
        "set_tier": _object(floor, "a floor under the tier", needs=("ladder", "tier")),
    }
    return _object(effects, least=1) | {"maxProperties": 1}
