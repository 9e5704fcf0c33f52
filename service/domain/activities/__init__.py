"""Activities: what members do that is no purchase, as other systems tell it.

A cart abandoned, a review written, a visit, a delivery: any name, with attributes. Each is recorded
once under its natural key `(source, external_id)`, kept for ever. What is told of an identifier
that nobody has claimed stands with its unclaimed holder, and goes to whoever claims it.

Invariants: a natural key names one activity, and both say the same holder; nothing of an activity
changes after it is recorded, but whose it is.
"""
