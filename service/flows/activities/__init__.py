"""Verbs of activities: recorded."""
