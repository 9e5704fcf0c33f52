"""Imports: how far each file has been taken in.

A file is named by the digest of its content, so that a renamed copy is the same file and a
corrected one is another. Invariant: every row before `rows_done` is in the database or was
rejected; rows after it may be there too, and find by their natural keys that they are.
"""
