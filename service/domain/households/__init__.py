"""Households: members who put units into one pool and draw from it.

The household is a holder of its own, so that its pool is wallets like any other: lots put into it
keep their expiry, and stay there when their giver leaves; what a return takes back later is the
debt of whoever it was earned by. When the household is dissolved, the rest goes to its head.

A membership's row stands with the member, so that one index keeps everybody to one household; it
changes only under the locks of both. Invariants: an open household has exactly one head, a
dissolved one has nobody and no units.
"""
