"""Consents as flows show them."""

import uuid
from collections.abc import Iterable

from service.domain.consents.types import Consent, Consents, Word


def view(member_id: uuid.UUID, now: Iterable[Word], history: Iterable[Word]) -> Consents:
    """What counts and what was said."""
    return Consents(
        member_id=member_id,
        now=tuple(_shown(word) for word in sorted(now, key=lambda one: one.channel)),
        history=tuple(_shown(word) for word in history),
    )


def _shown(word: Word) -> Consent:
    return Consent(
        channel=word.channel,
        given=word.is_given,
        said_at=word.said_at,
        source=word.source,
        wording=word.wording,
        recorded_at=word.recorded_at,
    )
