"""Returns: items given back. Always a fact; under a natural key of their own; parked when early.

Invariant: over all returns of a purchase no more of a line comes back than was bought.
"""
