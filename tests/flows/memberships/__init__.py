"""Tests of the verbs of belonging to clubs."""
