"""Verbs of staff: accounts, secrets, signing in and out."""
