"""ENTRANCE: proves the ledger on a database, from what is stored alone; it writes nothing.

`run.py` cuts the holders into ranges and looks at each in one snapshot, on as many processes as
there are cores: `ledger.py` (wallets, lots, entries, events, by statements that answer what is
wrong), `derived.py` (ids of expiries and paid debts), `projection.py` (the events again),
`decisions.py` and `returned.py` (every purchase again), `tiers.py`. `constraints.py` looks at the
walls of the database, `sums.py` at the house accounts and budgets over all.
"""
