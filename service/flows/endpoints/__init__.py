"""Verbs about endpoints: who is sent events over HTTP."""
