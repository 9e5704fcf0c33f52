"""Rewards: what members have had for units.

A redemption takes its price at once (granted), or keeps it first (held): then a hold of the same id
has the units and the piece of the stock, so that it times out without a job, as a checkout's does,
and every channel sees at once what is left. Nothing is written here by a time-out: a redemption
held past its time has timed out. An item or what others deliver is handed over; a redemption that
was not can be cancelled: the units go back to their lots, the piece to the stock, the coupon is
void. The stock is a budget of uses, named by `stock_name`.

Invariants: the price was taken once, by entries of the redemption's id, and came back once or not
at all; a member had a reward no more often than its limit allowed at the time.
"""
