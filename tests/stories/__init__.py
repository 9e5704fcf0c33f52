"""Stories: what happens to people over a year, through HTTP only, every figure worked out by hand."""
