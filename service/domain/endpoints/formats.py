"""What events become for systems with an interface of their own, as it is asked for and kept."""

from typing import Annotated, Final, Literal

import msgspec

from service.kernel.text import Json

TYPES_MAX: Final = 100

TypePattern = Annotated[
    str, msgspec.Meta(max_length=128, pattern=r"^regulars(\.[a-z0-9-]+)*\.(v[0-9]+|\*)$(?!\n)")
]
TypePatterns = Annotated[tuple[TypePattern, ...], msgspec.Meta(max_length=TYPES_MAX)]
Method = Literal["POST", "PUT", "PATCH", "DELETE"]
Path = Annotated[str, msgspec.Meta(max_length=1_024, pattern=r"^(/[!-~]*)?$(?!\n)")]
HeaderName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{1,64}$(?!\n)")]
HeaderValue = Annotated[str, msgspec.Meta(max_length=2_048, pattern=r"^[ -~]*$(?!\n)")]
PersonalField = Literal[
    "name", "first_name", "last_name", "birth_date", "language", "country", "email", "phone"
]
PersonalFields = Annotated[tuple[PersonalField, ...], msgspec.Meta(max_length=8)]


class RequestTemplate(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The request that an event of these `types` becomes; `path` goes behind the endpoint's URL.

    Texts of `path` and `body` may hold places: `{{data.purchase_id}}`, `{{member.email}}`,
    `{{time|unix}}`.
    """

    types: Annotated[tuple[TypePattern, ...], msgspec.Meta(min_length=1, max_length=TYPES_MAX)]
    method: Method = "POST"
    path: Path = ""
    body: Json = None


class ForgetTemplate(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The request by which a member is forgotten, or may not be written to any more."""

    method: Method = "POST"
    path: Path = ""
    body: Json = None


class AnswerRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For systems that answer 2xx to what they refuse: `field` of the JSON body is one of `taken`.

    Null among them: or is not there.
    """

    field: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.-]{1,128}$(?!\n)")]
    taken: Annotated[tuple[bool | int | str | None, ...], msgspec.Meta(min_length=1, max_length=20)]


class Template(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Events become requests of another system: the first of `requests` that names the type.

    Events that none names are passed by. `headers` go with each request; they are the place for
    keys: their values are sealed and shown as `...`, what stands in a path or a body is shown.
    """

    headers: Annotated[dict[HeaderName, HeaderValue], msgspec.Meta(max_length=20)] = {}
    requests: Annotated[tuple[RequestTemplate, ...], msgspec.Meta(min_length=1, max_length=50)]
    forget: ForgetTemplate | None = None
    answer: AnswerRule | None = None


class Segment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Events become calls of the Segment specification, under `/v1/` of the endpoint's URL."""

    write_key: Annotated[str, msgspec.Meta(min_length=1, max_length=256, pattern=r"^[!-~]+$(?!\n)")]


class Settings(msgspec.Struct, frozen=True):
    """What is sealed of an endpoint that is no webhook: one of the two."""

    segment: Segment | None = None
    template: Template | None = None
