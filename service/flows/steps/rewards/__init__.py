"""Rewards and their redemptions."""
