"""Verbs of segments: looking at members again, and after a new program version at everybody."""
