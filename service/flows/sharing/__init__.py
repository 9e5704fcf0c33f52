"""Verbs of what members share: transfers, households and their pools."""
