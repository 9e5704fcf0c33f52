"""Coupons: unique codes made or brought in by batches, personal ones in members' lists.

A table that leaks must reveal no code, and yet a batch must be exported again at any time. So a
code of ours is derived: a keyed hash of a seed that lies in the table (random for a batch, the
coupon's id for a personal one) and of REGULARS_SECRET, which does not. The table keeps only another
keyed hash of the code, by which it is found, and a few last characters for people. Whoever has the
table alone can neither make the codes nor try guesses against it; whoever has the secret alone has
no seeds. Codes that a shop brings along cannot be derived: they are found, and never shown again.

Shared codes are no secret: they stand in the program and have no row here; what limits them is the
program's cap (a budget of uses) and the uses of each member.

Invariants: 0 <= used <= uses_max, and `used` is the number of uses that did not come back (those
beyond the cap, which a till reported after the fact, are marked and not counted); a code belongs to
one coupon for ever; a voided coupon answers like an unknown one; one that the rest of the purchase
which gave it would not give is void, or has no use left and will be void when one comes back.
"""
