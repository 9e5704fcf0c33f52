"""Decided purchases: locked, paid, posted, moved, claimed."""
