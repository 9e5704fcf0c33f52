"""Discounts of rules and coupons: what each takes off each line, and which go together best.

money.py    what one discount takes off the lines it may touch
bundles.py  the same for "3 for 2" and free units
offers.py   a discount of a rule or a template, compiled; a bid: an offer on a cart
search.py   the best combination where groups and discounts that do not stack exclude each other
reasons.py  why the others were not taken
"""

from service.rules.discounts.search import TooManyCombinations

__all__ = ["TooManyCombinations"]
