"""I10: the events of a holder, played into an empty projection, give the wallets."""

import uuid
from typing import Final

import msgspec

from service.domain.events.catalog import (
    TYPES,
    HoldReleased,
    HoldTimedOut,
    PointsAdjusted,
    PointsEarned,
    PointsExpired,
    PointsGivenBack,
    PointsHeld,
    PointsRedeemed,
    PointsReleased,
    PointsReversed,
)
from service.domain.events.gift_cards import (
    GiftCardActivated,
    GiftCardRedeemed,
    GiftCardRefunded,
    GiftCardToppedUp,
)
from service.domain.events.operations import OperationUndone
from service.domain.events.sharing import PointsTransferred
from service.infra.sql import load
from service.kernel.values import WalletChange
from service.rules.gift_cards import GIFT_CARD, GIFT_CARD_WALLET
from service.verify.look import Look
from service.verify.report import Check

SQL: Final = load("verify")
_TELLING: Final = (
    PointsEarned, PointsReleased, PointsExpired, PointsReversed, PointsAdjusted, PointsRedeemed,
    PointsGivenBack, PointsHeld, HoldReleased, HoldTimedOut, GiftCardActivated, GiftCardToppedUp,
    GiftCardRedeemed, GiftCardRefunded, PointsTransferred, OperationUndone,
)  # fmt: skip

Sums = dict[tuple[uuid.UUID, int], tuple[int, int, int, int]]  # posted, pending, held, debt
_NOTHING: Final = (0, 0, 0, 0)


class _Data(msgspec.Struct):
    changes: tuple[WalletChange, ...]


class _Told(msgspec.Struct):
    """What of an event tells of wallets."""

    subject: str
    sequence: str
    data: _Data


_told: Final = msgspec.json.Decoder(_Told)


async def look_at_range(look: Look) -> None:
    """Holders whose events are all kept; of the others I4 tells."""
    complete = {row[0] for row in await look.rows(SQL["list_complete"])}
    look.tally.count(Check.PROJECTION, len(complete))
    stored: Sums = {
        (holder_id, wallet): (posted, pending, held, debt)
        for holder_id, wallet, posted, pending, held, debt in await look.rows(SQL["list_balances"])
    }
    told = await _play(look)
    for key in stored.keys() | told.keys():
        have, said = stored.get(key, _NOTHING), told.get(key, _NOTHING)
        if key[0] in complete and have != said:
            look.tally.differ(
                Check.PROJECTION,
                f"holder {key[0]}, wallet {key[1]}",
                f"posted, pending, held, debt {have}, its events give {said}",
            )


async def _play(look: Look) -> Sums:
    sums: Sums = {}
    types = [TYPES[event] for event in _TELLING]
    for holder_id, version, body in await look.rows(SQL["list_changes"], types=types):
        place = f"holder {holder_id}, event {version}"
        try:
            told = _told.decode(body)
        except msgspec.DecodeError as failure:
            look.tally.differ(Check.PROJECTION, place, f"cannot be read: {failure}")
            continue
        if told.subject != str(holder_id) or int(told.sequence) != version:
            text = f"says it is event {told.sequence} of {told.subject}"
            look.tally.differ(Check.PROJECTION, place, text)
        for change in told.data.changes:
            number = _number(look, change.wallet)
            if number is None:
                look.tally.differ(Check.PROJECTION, place, f"no wallet is named {change.wallet}")
                continue
            posted, pending, held, debt = sums.get((holder_id, number), _NOTHING)
            sums[holder_id, number] = (
                posted + change.amount,
                pending + change.pending,
                held + change.held,
                debt + change.debt,
            )
    return sums


def _number(look: Look, wallet: str) -> int | None:
    return GIFT_CARD_WALLET if wallet == GIFT_CARD else look.programs.wallet_number(wallet)
