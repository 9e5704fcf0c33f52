"""Tests: laws (true of all the code), stories (through HTTP only), and a mirror of `service/`."""
