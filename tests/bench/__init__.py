"""Benchmarks: `python -m tests.bench`; nothing here is a test."""
