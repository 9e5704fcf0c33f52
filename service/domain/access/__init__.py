"""Access: API clients, their keys, and what each role may do.

A key is shown once and kept as a hash. A client outlives its keys: two may live at once, so that a
key is rotated without a pause, and what the client did under the old one (idempotent requests,
entries) stays its own. A plain SHA-256 is right for a secret of 256 random bits; a slow hash would
only let strangers burn our processor.

Invariants: a secret is never stored; a client has at most two live keys when one is created; scopes
are written into the key, so a later change of a role changes no key that is out.
"""
