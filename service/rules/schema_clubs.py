"""The part of the JSON Schema about clubs, segments, badges, and the triggers of rules."""

from service.rules.check.leaves import ACTIVITY_PATTERN
from service.rules.check.triggers import PLAIN
from service.rules.clubs import Mode
from service.rules.json_shapes import Schema, any_of, by_id, list_of, mapping, one_of, ref, text
from service.rules.schema_texts import told
from service.rules.triggers import Direction


def clubs(draw: Schema) -> Schema:
    """The section `clubs`; `draw`: how much of its pool a person may have."""
    club = mapping(
        {
            **told(),
            "visible": ref("flag", "false: to outsiders there is no such club"),
            "enter": list_of(_entry(), "how one gets in, one of each kind", least=1),
            "seats": ref("count", "how many members it may have; without it: any number"),
            "waiting_list": ref("flag", "who finds no seat waits for one"),
            "offer_for": ref("duration", "how long an offer stands and keeps a seat, 72h"),
            "invitations_per_member": ref("count", "how many others one member may let in, 0"),
            "pause_max": ref("duration", "how long members may pause; without it: not at all"),
            "wallets": list_of(ref("id"), "whose units its members put together", least=1),
            "draw": draw,
        },
        needs=("enter",),
    )
    return by_id(club, "closed circles of members")


def _entry() -> Schema:
    nothing = {"type": "null"}
    ways = {
        "invitation": nothing | {"description": "a member, the owner or staff let somebody in"},
        "application": nothing | {"description": "one asks, staff or the owner approve"},
        "rule": ref("condition", "who it is true of; nothing of a purchase, no time of day"),
        "paid": ref("money", "for the term"),
        "mode": one_of(Mode, "a rule offers a seat, or lets in by itself"),
        "lasts": one_of(("while_true",), "a rule lets in as long as it is true"),
        "term": ref("duration", "so long; without it: for good"),
    }
    words = one_of(("invitation", "application"))
    return any_of(words, mapping(ways, least=1), about="one way to get in")


def segments() -> Schema:
    """The section `segments`."""
    long = mapping({**told(), "when": ref("condition")}, needs=("when",))
    segment = any_of(ref("condition"), long, about="who belongs to it; nothing of a purchase")
    return by_id(segment, "groups of members that are computed")


def badges() -> Schema:
    """The section `badges`."""
    return by_id(mapping(told()), "what members get once and keep")


def early_access() -> Schema:
    """`early_access` of whatever has a first day."""
    return mapping(
        {
            "club": ref("id", "whose members have it sooner"),
            "by": ref("duration", "so much sooner than everybody"),
        },
        "members of a club have it sooner",
        needs=("club", "by"),
    )


def belonging(about: str) -> Schema:
    """A test of clubs or of segments."""
    names = list_of(ref("id"), least=1)
    return mapping(
        {
            "has": ref("id", "belongs to this one"),
            "has_any": names | {"description": "belongs to one of these"},
            "has_none": names | {"description": "belongs to none of these"},
        },
        about,
        least=1,
    )


def trigger() -> Schema:
    """`trigger` of a rule."""
    more = {
        "activity": activity("told of a member"),
        "tier_change": ref("id", "a ladder on which a member moved"),
        "to": ref("id", "only to this tier"),
        "direction": one_of(Direction, "only this way"),
        "club_join": ref("id", "a club somebody joined"),
        "club_leave": ref("id", "a club somebody left"),
        "segment_enter": ref("id", "a segment somebody belongs to from now on"),
        "segment_leave": ref("id", "a segment somebody no longer belongs to"),
        "points_expiring": ref("id", "a wallet of which units lapse"),
        "before": ref("duration", "so long before they do"),
    }
    return any_of(one_of(PLAIN), mapping(more, least=1), about="what makes it be asked")


def activity(about: str) -> Schema:
    """The name of an activity or of one of its attributes."""
    return text(ACTIVITY_PATTERN, about, "review-written")


def event() -> Schema:
    """The effect `event`."""
    value = any_of(ref("text"), ref("count"), ref("flag"))
    return mapping(
        {
            "name": activity("what it is called"),
            "data": mapping({}, "what it says", patterns={ACTIVITY_PATTERN: value}),
        },
        "an event for other systems",
        needs=("name",),
    )
