"""Limits of the entrance: how often, how much at once, and what is said about it in headers.

`policies.py` says who has which quota, `standings.py` counts in this process and `shared.py` in
Redis over all of them; `rates.py` asks one or the other. `load.py` and `concurrency.py` bound what
is at work at once. `entrance.py` is what the edge and the routes call.
"""
