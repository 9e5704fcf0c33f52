"""Holds: what a checkout keeps for itself until it pays, seen by every channel.

A hold pins a decision with its facts and sets apart what is scarce: units of lots, uses of coupons,
shares of budgets. It ends once: captured by its purchase, released, or timed out. A time-out needs
no job: it counts from its instant on, at read time and before each write of its holder.

Invariants: an item's captured + released <= amount, and = amount once the hold is closed; the open
units of a lot are the lot's `held`.
"""
