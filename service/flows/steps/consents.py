"""Consents as flows show them, and tell of them."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Final

from service.domain.consents.types import Consent, Consents, Word
from service.domain.events.consents import ConsentChanged
from service.flows.steps.work import Work

UNMERGED: Final = "unmerged"  # the source of a no that nobody said


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


def tell(work: Work, before: Mapping[str, Word], after: Mapping[str, Word]) -> None:
    """An event for each channel on which another answer counts now; `work` is written by the flow.

    A yes of which no word is left, because it was another one's, counts as a no.
    """
    for channel in sorted({*before, *after}):
        was, word = before.get(channel), after.get(channel)
        given = word is not None and word.is_given
        if (word is None and not (was and was.is_given)) or (was and was.is_given is given):
            continue
        work.emit(
            ConsentChanged(
                member_id=work.holder.holder_id,
                consent=channel,
                given=given,
                said_at=work.now if word is None else word.said_at,
                source=UNMERGED if word is None else word.source,
            ),
            work.now,
        )
