"""Sending events to an endpoint: one attempt, and a run over everything that is due.

Nothing here is in a transaction: a run works on what was read and says what came of it, and
`settle_deliveries` writes that down while the endpoint is still the run's.
"""
