"""The clubs of clubs.yaml by hand, for the oracle."""

import zoneinfo

from tests.oracle.days import Span
from tests.oracle.people import Rules
from tests.oracle.spending import Threshold

ZONE = zoneinfo.ZoneInfo("Europe/Warsaw")
REGULAR = Threshold(10_000, Span(10, "day"), ZONE)
TABLE = Rules(
    id="table",
    zone=ZONE,
    visible=False,
    seats=2,
    has_list=True,
    offer_for=Span(72, "hour"),
    invitations=2,
    pause_max=Span(1, "month"),
    invites=True,
    applications=None,
    paid=Span(20, "day"),
    by_rule=True,
)
TERRACE = Rules(
    id="terrace",
    zone=ZONE,
    visible=True,
    seats=None,
    has_list=False,
    offer_for=Span(72, "hour"),
    invitations=0,
    pause_max=Span(1, "month"),
    invites=False,
    applications=Span(15, "day"),
    paid=Span(1, "month"),
    by_rule=False,
)
