"""Programs of the model: the file for the service, and the same by hand for the oracle."""
