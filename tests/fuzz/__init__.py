"""Schemathesis for as long as one likes, against the service as a process of its own.

`python -m tests.fuzz --minutes 20`: `regulars serve` on a fresh PostgreSQL with a Redis and an
issuer of members' tokens, and in it one of everything that an operation names. Half of the time
`known.py` asks as every role, with bodies that mean something there; the other half is the tool's
own, with all of its phases and checks but one (`unknown.py`). A failure, or a bug that the service
has logged, ends it with status 1. tests/api/test_schemathesis.py is the short form for every run.
"""
