"""Everything that reads macros, and what is told of orders, for others."""
