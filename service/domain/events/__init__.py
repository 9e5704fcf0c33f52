"""Events: what happened to a member, for every other system. `catalog.py` lists them all.

An event is a row in the outbox, written in the same transaction as what it tells, with the holder's
next version: 1..version without a gap. The sequencer (`sequence.py`) gives each shard's rows their
place in the stream afterwards, so that readers can follow it by position.
"""
