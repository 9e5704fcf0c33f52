"""A real retailer's year, from its data to a report: `regulars demo`.

completejourney.py turns the data into two files; year.py imports them by the same path as `regulars
import`. redemptions.py finds the basket of each coupon that was used; these baskets go through the
API (replay.py, asgi.py) when the import comes to them. figures.py asks the database what came of it
all; report.py, charts.py and summary.py show it.
"""
