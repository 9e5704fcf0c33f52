"""What happens to members beyond their purchases: decided, given, and what comes of that."""
