"""I1, I3, I4: wallets, lots, entries, keys and events, by statements that answer what is wrong."""

from typing import Final

from service.domain.events.audit import SUBJECT
from service.domain.purchases.stored import Flag
from service.domain.wallets.types import CONTRA_OF, Reason
from service.infra.sql import load
from service.verify.look import Look
from service.verify.report import Check

SQL: Final = load("verify")

# What an entry of a reason belongs to: "<table> <kind>"; those left out have derived ids.
_TAKES_BACK: Final = "return 0,operation 3,operation 5,operation 13,operation 18"
RECORDS: Final = {
    Reason.EARNED: "purchase 0,operation 13",
    Reason.REVERSED: _TAKES_BACK,
    Reason.ADJUSTED: "operation 1",
    Reason.OPENING: "operation 2",
    Reason.SOLD: "operation 6",
    Reason.TOPPED_UP: "operation 6",
    Reason.GIVEN_BACK: "return 0,operation 8,operation 12",
    Reason.TRANSFERRED_OUT: "operation 7",
    Reason.TRANSFERRED_IN: "operation 7",
    Reason.ADJUSTMENT_UNDONE: "operation 10",
    Reason.SALE_UNDONE: "operation 10",
    Reason.TRANSFER_UNDONE: "operation 10",
    Reason.RECOVERY_UNDONE: "operation 5",
    Reason.GRANTED: "run 0",
    Reason.MERGED_OUT: "operation 15,operation 16",
    Reason.MERGED_IN: "operation 15,operation 16",
    Reason.ERASED: "operation 17,return 0",
}
# By these units go back to their lots, or to new ones in place of those that have lapsed.
GIVING: Final = (
    *(Reason.GIVEN_BACK, Reason.ADJUSTMENT_UNDONE, Reason.TRANSFER_UNDONE, Reason.RECOVERY_UNDONE),
)


async def look_at_range(look: Look) -> None:
    """The rows of a range of holders against each other."""
    tally = look.tally
    (counted,) = await look.rows(SQL["count_rows"])
    for figure in ("holders", "wallets", "lots", "entries", "events"):
        tally.note(figure, counted[figure])
    tally.count(Check.WALLETS, counted["wallets"])
    tally.count(Check.OPERATIONS, counted["entries"])
    tally.count(Check.EVENTS, counted["events"])
    tally.count(Check.HOLDERS, counted["holders"])
    tally.count(Check.HOLDS, counted["holds"])
    await look.wrong(Check.WALLETS, SQL["list_wrong_wallets"])
    giving = [int(reason) for reason in GIVING]
    await look.wrong(Check.WALLETS, SQL["list_wrong_lots"], giving=giving)
    await look.wrong(
        Check.OPERATIONS,
        SQL["list_wrong_entries"],
        reasons=[int(reason) for reason in Reason],
        contras=[int(CONTRA_OF[reason]) for reason in Reason],
        sorts=[RECORDS.get(reason) for reason in Reason],
        giving=giving,
        given_back=int(Reason.GIVEN_BACK),
    )
    await look.wrong(Check.OPERATIONS, SQL["list_wrong_purchases"], unmatched=int(Flag.UNMATCHED))
    await look.wrong(Check.OPERATIONS, SQL["list_wrong_returns"])
    await look.wrong(Check.OPERATIONS, SQL["list_wrong_operations"], claimed=int(Flag.CLAIMED))
    await look.wrong(Check.OPERATIONS, SQL["list_wrong_moves"])
    await look.wrong(Check.OPERATIONS, SQL["list_wrong_overruns"], overrun=int(Flag.OVERRUN))
    await look.wrong(Check.COUPONS, SQL["list_wrong_recoveries"])
    await look.wrong(Check.HOLDERS, SQL["list_wrong_holders"])
    await look.wrong(Check.EVENTS, SQL["list_wrong_versions"], audit=SUBJECT)
    await look.wrong(Check.HOLDS, SQL["list_wrong_holds"])


async def look_at_keys(look: Look) -> None:
    """What has no holder in front of its key: natural keys, parked returns, shards, coupons."""
    await look.wrong_anywhere(Check.OPERATIONS, SQL["list_wrong_purchase_keys"])
    await look.wrong_anywhere(Check.OPERATIONS, SQL["list_wrong_return_keys"])
    await look.wrong_anywhere(Check.OPERATIONS, SQL["list_wrong_parked"])
    await look.wrong_anywhere(Check.HOLDERS, SQL["list_wrong_identifiers"])
    await look.wrong_anywhere(Check.EVENTS, SQL["list_wrong_shards"])
    await look.wrong_anywhere(Check.HOLDS, SQL["list_wrong_shares"])
    await look.wrong_anywhere(Check.HOLDS, SQL["list_wrong_coupon_holds"])
    (coupons,) = await look.tx.rows(SQL["count_coupons"])
    look.tally.count(Check.COUPONS, coupons[0])
    await look.wrong_anywhere(Check.COUPONS, SQL["list_wrong_coupons"])
