"""Everything that reads tickets for others; one file per question."""
