"""Units that pass between holders."""
