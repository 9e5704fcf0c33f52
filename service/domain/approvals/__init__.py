"""Approvals: what one of the staff may not do alone, asked for by one and decided by another.

What is asked for stands with the member it is about and does nothing until it is approved; then it
is done as of that moment. What may be done alone is counted by person, local day and wallet.

Invariants: who decides is not who asked; it is decided once, before its time is over; what was
approved names the operation that did it; a day's count is the sum of what was done alone that day.
"""
