"""The model: the service against the oracle, on a real PostgreSQL, with time moved at will."""
