"""Verbs of programs."""
