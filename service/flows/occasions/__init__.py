"""What happens to members beyond purchases: decided by jobs."""
