"""Badges: given by rules, at most one of a kind at a time; taken when nothing deserves it."""
