"""Verbs of API keys."""
