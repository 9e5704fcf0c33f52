"""Closed clubs: who belongs to one, since when and on what grounds; offers, seats, the list.

A membership rests on grounds, rows with a start and an end; nothing else says who belongs. A seat
is a row too, of a membership or of an open offer. Everything about seats and the waiting list is
written under the lock of the club, after the locks of the members. Invariants: never more seats
are taken than the program has, unless it has taken some away; a member has one open offer and one
place on the list of a club at most; places are given in order, and whoever passes others over
stands in the history with the reason.
"""
