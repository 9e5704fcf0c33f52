"""Staff: people who work at tills and desks, how they sign in, and what was done to accounts.

A token is shown once and kept as a hash, like an API key; it is good together with the key of the
device it was handed out at, and for no longer than a shift. PINs and passwords are hashed slowly.

Invariants: a login names one account for ever, and one account one person; a token is handed out
under the lock of its account, so none outlives a change of it; acts are never changed.
"""
