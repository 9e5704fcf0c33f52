"""Idempotency keys: what a client's keyed write answered, kept for 30 days.

Invariant: a key of a client names one content; the row commits with what it tells.
"""
