"""Verbs of the desk: adjustments, approvals, undoing, purchases that find their member."""
