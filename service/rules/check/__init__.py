"""From the text of a program file to the canonical `Document`, every problem at once.

    program.py   the whole file; canonical.py its bytes; numbers.py numbers of wallets, clubs, …
    cursor.py    a place in the file that logs what is wrong there; problem.py the log, did-you-mean
    leaves.py    single values by type; comparisons.py tests of one value by the type of the fact
    head.py places.py declared.py wallets.py expiries.py redeeming.py ladders.py campaigns.py
    combinations.py rules.py limits.py dates.py conditions.py where.py effects.py discounts.py
    coupons.py rewards.py staff.py clubs.py segments.py badges.py triggers.py early.py circles.py
                 one file a section or part of one; scope.py what these may name

Each section's file names its keys (`KEYS`) and the keys of later versions (`LATER`): those are
answered with "not supported yet", unknown ones with the nearest known one. The JSON Schema
(../schema.py) is held to the same keys by its test.
"""

from service.rules.check.canonical import canonical, parse_canonical
from service.rules.check.problem import Problem
from service.rules.check.program import Checked, check_text

__all__ = ["Checked", "Problem", "canonical", "check_text", "parse_canonical"]
