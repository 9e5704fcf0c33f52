"""Failed codes in the database; what they mean is in `guesses.py`."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, Final

from service.domain.coupons.guesses import REMEMBERED, WINDOW, Failures, Subject, window_start
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask

SQL: Final = load("guesses")


def ask_failures(wanted: Sequence[Subject], now: dt.datetime) -> Ask[dict[bytes, Failures]]:
    """Digest of each subject -> its failures that are remembered, by window."""

    def read(rows: Sequence[Any]) -> dict[bytes, Failures]:
        found: dict[bytes, list[tuple[dt.datetime, int]]] = {one.digest: [] for one in wanted}
        for subject, start, failures in rows:
            found[subject].append((start, failures))
        return {**found}

    return Ask(
        SQL["list_guesses"],
        read,
        subjects=[one.digest for one in wanted],
        since=now - REMEMBERED,
    )


async def count(tx: Tx, wanted: Sequence[Subject], failures: int, now: dt.datetime) -> None:
    """So many failures more, for each subject."""
    await tx.run(
        SQL["insert_guesses"],
        subjects=[one.digest for one in wanted],
        window_at=window_start(now),
        failures=failures,
    )


async def count_tried(
    tx: Tx, wanted: Sequence[Subject], tried: Collection[bytes], now: dt.datetime
) -> None:
    """A failure for each digest (guesses.tried) that is new to a subject within ten minutes."""
    window = window_start(now)
    await tx.run(
        SQL["insert_tried"],
        subjects=[one.digest for one in wanted],
        window_at=window,
        before=window - WINDOW,
        tried=sorted(set(tried)),
    )


async def take(tx: Tx, subject: Subject, now: dt.datetime) -> dt.datetime:
    """One try, counted as failed before it is judged; answers its window, for `give_back`.

    Of the same subject others wait until the transaction ends.
    """
    window = window_start(now)
    await tx.run(
        SQL["insert_try"],
        subject=subject.digest,
        windows=[window - WINDOW, window],
        failures=[0, 1],
    )
    return window


async def give_back(tx: Tx, subject: Subject, window: dt.datetime) -> None:
    """The try of this window did not fail."""
    await tx.run(SQL["update_try"], subject=subject.digest, window_at=window)


async def clear(tx: Tx, subject: Subject) -> None:
    """The subject has failed nothing: what it tried to guess is another secret now."""
    await tx.run(SQL["delete_tries"], subject=subject.digest)


async def forget(tx: Tx, now: dt.datetime) -> int:
    """Delete what is not remembered any more; answers how many rows."""
    return await tx.run(SQL["delete_guesses"], before=now - REMEMBERED)
