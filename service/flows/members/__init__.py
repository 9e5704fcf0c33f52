"""Verbs of members: enrolled, changed, brought in, settled."""
