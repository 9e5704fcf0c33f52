"""Tiers: where a member stands on each ladder, as intervals.

The tier history of a member is a pure function of what counts (contributions by effective time),
the floors set by rules, the enrolment and the ladder's versions: `ladder.replay`. So the tier now
does not depend on the order in which purchases and returns arrive. In-order arrivals take the short
way (`ladder.step_up`), which gives the same; late ones, returns and ends replay.

Invariants: intervals of a member and ladder do not overlap, one is open; before the first,
everybody stands at the lowest tier; `due_at` is when the open one is judged again.
"""
