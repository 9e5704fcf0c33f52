"""How much is measured, and for how long."""

from typing import Final

import msgspec


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Times in seconds. Each round measures everything once, so that what else the machine does
    meanwhile hits all alike; the median of the rounds counts.

    `members_few`, `members_many`: loaded, for everything and for growth. `fill`: batches before the
    first round, so that members have a history. `first`: reads of balances that nobody has read;
    short, for then they have. `members_quoted`: of the checkout. `uses`: of each shared
    code, more than a round takes, or it would measure refusals.
    `codes`: unique ones made in bulk. `members_looked_at`: for segments.
    `expected`: the whole run, for the progress bar.
    """

    members_few: int
    members_many: int
    rounds: int
    seconds: int
    warm_up: float
    fill: float
    first: float
    members_quoted: int
    uses: int
    codes: int
    members_looked_at: int
    expected: int


FULL: Final = Plan(
    members_few=10_000,
    members_many=2_000_000,
    rounds=3,
    seconds=8,
    warm_up=1.0,
    fill=10.0,
    first=2.0,
    members_quoted=10_000,
    uses=20_000,
    codes=1_000_000,
    members_looked_at=1_000_000,
    expected=900,
)
SHORT: Final = Plan(
    members_few=10_000,
    members_many=200_000,
    rounds=1,
    seconds=2,
    warm_up=0.2,
    fill=2.0,
    first=1.0,
    members_quoted=2_000,
    uses=6_000,
    codes=20_000,
    members_looked_at=20_000,
    expected=85,
)
CALLERS: Final = 64
BATCH_CALLERS: Final = 4
HOT_CALLERS: Final = 500  # all of one code, or one budget
