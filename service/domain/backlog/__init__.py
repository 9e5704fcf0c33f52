"""What waits: for the jobs of the service, and for those who are sent events.

Figures for whoever watches over the service, of all workers together and of nobody in particular.
They cost a scrape two short statements: what is counted is counted up to COUNTED_MAX, by indexes
that hold what waits and nothing else. What takes a whole table (`sums`, of all wallets) is asked
for part by part, and no scrape waits for it.
"""

from service.domain.backlog.store import COUNTED_MAX, figures, sums

__all__ = ["COUNTED_MAX", "figures", "sums"]
