"""Tests of verification: a mixed history that is right, and each way in which it can be wrong."""
