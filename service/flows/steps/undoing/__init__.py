"""What undoes each kind of operation."""
