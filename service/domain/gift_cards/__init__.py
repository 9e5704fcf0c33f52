"""Gift cards: money that belongs to whoever has the code.

A card is a holder of its own (kind 3) with one wallet, number 0: minor units of the program's
currency. So entries, lots with their expiry, holds and all that proves them are the same as for
points; what is here is the code, the PIN and what state the card is in. A card is issued, activated
with money when it is sold, topped up, and may be blocked and unblocked; what it pays is a flow's.

Of the code only a keyed hash is kept. It is derived like those of coupons, from the batch's seed or
the card's id, with keys of its own, so that a table that leaks pays for nothing. A PIN is derived
too, unless the shop chose it: then an Argon2id hash of it is kept. Such a hash alone would be no
wall, for a PIN has few digits: what is hashed is keyed with REGULARS_SECRET first.

A million cards of a batch have no holder's rows and no events until something happens to them.

Invariants: a card that was not activated has no wallet; only gift cards have wallet 0 and no other;
the money of all wallets 0 is what the shop owes to those who have the codes.
"""
