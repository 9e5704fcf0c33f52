"""What the verbs of clubs share."""
