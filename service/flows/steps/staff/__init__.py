"""What staff do: accounts, secrets, approvals, adjustments."""
