"""Occasions: what happens to members beyond purchases, for which rules are asked.

A run is the decision of one occasion, made once: its key says so. What a write does not decide
itself it leaves as due, in its own transaction. A schedule remembers how far a kind that comes by
the calendar has been gone through.
"""
