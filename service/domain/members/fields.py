"""Member fields: what the program declares, checked against what is given. Pure."""

from collections.abc import Mapping

from service.domain.members.errors import FieldInvalid
from service.rules.document import Field, FieldKind


def check_fields(
    given: Mapping[str, bool | int | str | None],
    declared: Mapping[str, Field],
    pointer: str = "/fields",
) -> None:
    """FieldInvalid for the first field that is not declared or has another type; null removes."""
    for name, value in given.items():
        where = f"{pointer}/{name}"
        field = declared.get(name)
        if field is None:
            allowed = ", ".join(declared) or "none"
            raise FieldInvalid(name=name, expected=f"declared fields: {allowed}", pointer=where)
        if value is not None:
            _check_value(name, value, field, where)


def _check_value(name: str, value: bool | int | str, field: Field, where: str) -> None:  # noqa: FBT001 a value, not a switch
    kinds: dict[FieldKind, tuple[type, str]] = {
        FieldKind.BOOL: (bool, "true or false"),
        FieldKind.NUMBER: (int, "a whole number"),
        FieldKind.TEXT: (str, "text"),
        FieldKind.CHOICE: (str, f"one of {', '.join(field.values)}"),
    }
    wanted, words = kinds[field.kind]
    fits = type(value) is wanted
    if fits and field.kind is FieldKind.CHOICE:
        fits = value in field.values
    if not fits:
        raise FieldInvalid(name=name, expected=words, pointer=where)
