"""Purchases: what was bought, decided once, kept with the facts of its decision.

Invariants: a natural key (channel, external_id) names one purchase for ever; its decision can be
recomputed from the stored cart, facts and version; what is returned of a line is never more than
was bought; `net` is what was paid less what was returned.
"""
