"""Reads that touch several nouns. They write nothing; what is due shows as if it were posted.

`face.py` is what an entrance calls. Balances are coalesced and cached by the holder's version, so a
read that starts after a write was answered, by any worker, shows that write.
"""

from service.flows.reads.face import Reads

__all__ = ["Reads"]
