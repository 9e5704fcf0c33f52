"""Stories: what happens to people over a year, through HTTP only, figures worked out by hand."""
