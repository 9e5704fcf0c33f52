"""Exports: all that is held on one person, read over the nouns' tables and never written."""
