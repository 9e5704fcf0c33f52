"""The decision: all that came out of one purchase. Stored, and recomputed to verify and explain."""

import datetime as dt

import msgspec

ENGINE = 1  # raised whenever the same facts may give another result


class Credit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A rule's marginal part of one wallet's award: `points` given of `wanted`.

    `effect` is "points" or "multiply". Credits of a wallet sum to its award.
    """

    campaign: str
    rule: str
    effect: str
    wallet: str
    points: int
    wanted: int


class Award(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Units that make one lot. `available_at` None never happens here; `expires_at` None: never."""

    wallet: str
    points: int
    available_at: dt.datetime
    expires_at: dt.datetime | None = None


class Floor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A `set tier` that fired: at least `tier` until `until_at` (None: for ever)."""

    campaign: str
    rule: str
    ladder: str
    tier: str
    until_at: dt.datetime | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """awards: (wallet in program order, then expiry); credits: in order of (priority, id).

    uses: ids of limited rules that fired with an effect. demands: campaign id -> what its budget is
    asked for, whatever was granted.
    """

    awards: tuple[Award, ...] = ()
    credits: tuple[Credit, ...] = ()
    floors: tuple[Floor, ...] = ()
    uses: tuple[str, ...] = ()
    demands: dict[str, int] = {}

    def earned(self) -> dict[str, int]:
        """Units per wallet id."""
        totals: dict[str, int] = {}
        for award in self.awards:
            totals[award.wallet] = totals.get(award.wallet, 0) + award.points
        return totals
