"""Everything that reads returns for others."""
