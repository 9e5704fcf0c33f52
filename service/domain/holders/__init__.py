"""Holders: who may hold units. The row every write locks first, and the version every event moves.

Invariants: `version` is the number of events of the holder; `recorded_at` never falls; `next_due`
is never later than the earliest thing due; what was due up to `settled_at` is posted.
"""
