"""Programs: immutable versions of the program file, each in force from its `effective_from`.

Invariants: versions are numbered 1, 2, … and take effect in that order; a published version never
changes; every process that decides has loaded each version before it takes effect (`live.py`).
"""
