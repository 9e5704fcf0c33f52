"""Verbs of coupons: made, brought in, issued, checked, void."""
