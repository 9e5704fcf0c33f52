"""What waits: for the jobs of the service, and for those who are sent events.

Figures for whoever watches over the service, of all workers together and of nobody in particular.
They cost a scrape two short statements: what is counted is counted up to COUNTED_MAX, by indexes
that hold what waits and nothing else. What would take a whole table (units outstanding of all
wallets) is not told here: `regulars verify` sums it up.
"""

from service.domain.backlog.store import COUNTED_MAX, figures

__all__ = ["COUNTED_MAX", "figures"]
