"""What comes back with a return, and what is taken back."""
