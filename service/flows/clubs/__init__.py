"""Verbs of clubs: getting in, staying, leaving."""
