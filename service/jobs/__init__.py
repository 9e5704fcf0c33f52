"""ENTRANCE: the clock. Each job calls a flow again and again; any worker may run it at any time.

Nothing a caller sees depends on them: what is due shows without a job, events get their place when
somebody reads. They keep wallets settled, events placed, and the program versions loaded.
"""
