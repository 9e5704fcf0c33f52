"""A mirror of `service/rules`."""
