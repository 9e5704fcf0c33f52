"""Verbs of rewards: redeemed, granted, handed over, cancelled."""
