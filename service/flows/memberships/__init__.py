"""Verbs of belonging to clubs: leaving, pausing, bans, applications, payments, owners, pools."""
