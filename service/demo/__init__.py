"""A real retailer's year, from its data to a report: `regulars demo`.

completejourney.py turns the data into two files; year.py imports them by the same path as `regulars
import`; figures.py asks the database what came of it; report.py and charts.py draw it.
"""
