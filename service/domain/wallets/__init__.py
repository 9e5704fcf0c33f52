"""Wallets: a holder's units of one kind, as append-only entries and lots with their own expiry.

Invariants (constraints in the database are the last wall, `regulars verify` proves them):
posted = sum of entries = sum of what is left of the lots; available = posted - pending - held >= 0;
debt exists only while nothing is available; entries form one chain per wallet.

`book.py` works everything out in memory under the holder's lock; `store.py` writes the rows of a
whole batch with one statement per table. Held units stay in their lots: they are not available, do
not lapse and pay no debt until their hold ends.
"""
