"""Program versions for tests: as `publish_program` stores them."""

import datetime as dt
from typing import Final

from service.domain.programs.types import StoredVersion
from service.rules.check import canonical, check_text
from service.rules.decision import ENGINE

SOURCE: Final = """\
program: {id: shop, timezone: Europe/Warsaw, currency: EUR}
channels: [web]
identifiers: [card]
wallets: {points: {}, status: {qualifying: true}}
ladders:
  main:
    qualify: {wallet: status, within: lifetime}
    tiers: [{id: bronze, from: 0}, {id: silver, from: SILVER}]
campaigns:
  - id: base
    rules: [{id: earn, then: [{points: {fixed: 1}}]}]
"""
START: Final = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)


def stored(
    version: int,
    effective_from: dt.datetime,
    *,
    silver: int = 100,
    previous: StoredVersion | None = None,
    more: str = "",
) -> StoredVersion:
    """A version of the small program; `more` is put in after the wallets begin."""
    source = SOURCE.replace("SILVER", str(silver))
    source = source.replace("wallets: {", f"wallets: {{{more}")
    before = check_text(previous.source).document if previous else None
    checked = check_text(source, previous=before)
    document = checked.document
    assert document is not None, checked.problems
    return StoredVersion(
        version=version,
        effective_from=effective_from,
        published_at=START,
        actor_kind=2,
        actor_id="ann",
        note=f"version {version}",
        source=source,
        canonical=canonical(document),
        engine=ENGINE,
    )
