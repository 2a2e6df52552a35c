"""Reading the numbers."""
