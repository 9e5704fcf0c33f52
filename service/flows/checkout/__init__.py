"""Verbs of the checkout: holds, purchases, returns, exchanges."""
