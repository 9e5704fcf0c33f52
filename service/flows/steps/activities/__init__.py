"""Activities: locked, written, and brought along by a claim."""
