"""Budgets: caps shared by all members, spread over slot rows so that callers do not wait in line.

Invariant: what was granted and not given back, plus what the slots hold, is the cap. Nothing shared
by all members is counted anywhere else.
"""
