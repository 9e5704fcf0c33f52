"""Tests of discounts."""
