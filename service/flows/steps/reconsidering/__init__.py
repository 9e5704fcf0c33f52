"""Looking at members again: which segments they belong to, whom clubs' rules let in or not.

Facts are of the member as everything up to and with an instant has left them. An instant at which
only time had changed something is looked at as that instant, however late it is, so that entering
and leaving have their true times; what a purchase changes is looked at with it.
"""
