"""`python -m tests.faults`: the service under load, while what it needs is broken.

Callers write through two processes of the service; meanwhile processes are killed, PostgreSQL and
Redis are restarted, connections are cut around a commit. What the callers saw is written to a file
(`history.py`), and compared with what is there in the end (`ledger.py`) by checks that ask nobody
(`checker.py`, `outward.py`): what was answered is there once, what was refused is not, what nobody
knows is there once at most, in the order of real time, and events went out whole and in order.
"""
