"""What ends, and what is forgotten, when a person is erased."""
