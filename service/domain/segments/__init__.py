"""Segments: who belongs to one since when, as far as it was looked at, and when to look again.

A decision never reads this: it works out a segment by its condition, at its own instant. What is
stored serves events, triggers, lists and counts. The truth of a club's own rule is kept in the same
way, under the club's number times -1, so that becoming true is told once. Invariants: a member has
one open span of a segment at most; whoever may change by time alone has a check due no later than
that.
"""
