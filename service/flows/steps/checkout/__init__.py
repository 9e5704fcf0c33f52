"""A basket from the request to the decision, the same for quotes, holds and purchases."""
