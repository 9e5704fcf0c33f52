"""The business day of a till: a calendar day in the program's zone."""

import datetime as dt


def same_day(tz: dt.tzinfo, *instants: dt.datetime) -> bool:
    """All of them lie on one."""
    return len({at.astimezone(tz).date() for at in instants}) == 1
