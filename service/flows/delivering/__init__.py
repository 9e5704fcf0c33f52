"""Verbs of sending events: take endpoints in hand, and write down what came of it."""
