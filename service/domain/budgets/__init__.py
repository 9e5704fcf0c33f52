"""Budgets: caps shared by all members, spread over slot rows so that callers do not wait in line.

Invariant: what was granted and not given back, plus what holds have, plus what is in the slots, is
the cap (and what went beyond it, counted apart). Nothing shared by all members is counted anywhere
else. A hold's share that is overdue belongs to whoever is short.
"""
