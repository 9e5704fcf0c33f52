"""The part of the JSON Schema about what staff may do alone."""

from service.rules.json_shapes import Schema, list_of, mapping, ref


def staff() -> Schema:
    """The `staff` section."""
    return mapping(
        {"approve_for": ref("duration", "how long something waits for a second person, 72h")},
        "people who work at tills and desks",
    )


def adjust() -> Schema:
    """`adjust` of a wallet."""
    return mapping(
        {
            "max": ref("units", "the most at once, given or taken"),
            "per_day_max": ref("units", "the most in all on one day"),
            "reasons": list_of(ref("id"), "codes, of which a correction names one", least=1),
        },
        "what one of the staff may correct by hand alone; above it a second person approves",
        needs=("max", "per_day_max"),
    )
