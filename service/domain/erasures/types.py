"""Requests and answers about erasure."""

import datetime as dt
import uuid
from typing import Annotated

import msgspec


class EraseMember(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The person is to be forgotten; `note` says why. It is kept, so name nobody in it."""

    note: Annotated[str, msgspec.Meta(min_length=3, max_length=512)]


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """The person was forgotten then; `id` names the operation that took the units."""

    id: uuid.UUID
    member_id: uuid.UUID
    erased_at: dt.datetime
