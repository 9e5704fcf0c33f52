"""Transfers: units that passed between two holders, as each of the two has it.

A row of each side: what came is positive, what went negative. They are what limits count, and what
a household shows of who gave and drew. Invariants: the two rows of a transfer sum to zero, as its
entries do; what arrived is of the lots that were sent.
"""
