"""Members: the persons in the program, and the identifiers by which shops know them.

An identifier is owned in intervals: a purchase belongs to whoever held it at `occurred_at`. The
value is kept in the member's profile only; everywhere else it is a keyed hash. What nobody holds
yet belongs to an unclaimed holder, which keeps the purchases until somebody claims the identifier.
"""
