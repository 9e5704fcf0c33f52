"""Rows, requests and answers about consents."""

import datetime as dt
import uuid
from typing import Annotated, Final

import msgspec

from service.kernel.text import Instant, Name

CHANNELS_MAX: Final = 20
HISTORY_MAX: Final = 200
WORDS_MAX: Final = 500  # of a member, written down within a day
Code = Annotated[
    str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][\w.:/-]*$(?!\n)")
]


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What a member said, as stored."""

    member_id: uuid.UUID
    channel: str
    is_given: bool
    said_at: dt.datetime
    source: str
    wording: str | None
    recorded_at: dt.datetime


class ConsentIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A word of the member: `given` or not, on a `channel` (email, sms, push, post ...).

    `source`: where it was said; `wording`: to which text; both are codes of yours, no free text.
    `said_at`: when, if not now.
    """

    channel: Name
    given: bool
    source: Code
    wording: Code | None = None
    said_at: Instant | None = None


class RecordConsents(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a member said, each channel once."""

    consents: Annotated[tuple[ConsentIn, ...], msgspec.Meta(min_length=1, max_length=CHANNELS_MAX)]


class Consent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A word as it is told."""

    channel: str
    given: bool
    said_at: dt.datetime
    source: str
    wording: str | None = None
    recorded_at: dt.datetime


class Consents(msgspec.Struct, frozen=True, kw_only=True):
    """`now`: the word that counts on each channel, by channel. `history`: the last 200 of all."""

    member_id: uuid.UUID
    now: tuple[Consent, ...]
    history: tuple[Consent, ...]
