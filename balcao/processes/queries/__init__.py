"""Everything that reads processes for others."""
