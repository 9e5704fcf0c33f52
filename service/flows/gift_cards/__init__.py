"""Verbs of gift cards: issued, checked, loaded, blocked."""
