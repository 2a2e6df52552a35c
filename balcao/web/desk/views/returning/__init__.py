"""What agents and the warehouse do with returns."""
