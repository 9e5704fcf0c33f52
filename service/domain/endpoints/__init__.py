"""Endpoints: who is sent events over HTTP, how far each has them, and what waits.

Where an endpoint is in the stream is one position per shard (a track), not one row per event: of
an endpoint that takes everything, ten million members cost 64 rows. A shard is sent in its order,
so events of a member come in theirs; several shards are sent at once. Rows (`delivery`) are written
only for events that were refused and those of the same holder behind them.

Two things can go wrong, and they are told apart (`judging.py`):

- the *receiver* fails (no answer, 5xx, 429, 401 ...): nothing moves on, one event is tried now and
  then (`schedule.py`), and nothing is lost or written. After five days without anything taken it is
  disabled. The advice of Standard Webhooks, a schedule of its own for each event up to a day long,
  would send thousands of requests to a receiver that is down and leave it a day behind when it is
  up again; here it is one request at a time, at most an hour apart.
- one *event* is refused (another 4xx): it is tried again for an hour and is then a dead letter, and
  the others flow; those of the same holder wait behind it that long. But nothing is dead before the
  receiver has taken something else: one that refuses everything is failing.

A run holds an endpoint by a lease; what it did is written under the row's lock while the lease is
its own. A process that dies in the middle leaves its run's events to be sent again: at least once,
with the same id. Secrets are sealed (`infra/sealed.py`): they have to be read to sign.

Invariants: positions only grow; one track goes on, at most one is a replay; what is sent is read
from the outbox when it is sent, so an erasure reaches it; a removed endpoint keeps its row, without
address and secret, since its own events name it.
"""
