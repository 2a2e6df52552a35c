"""Everything that writes tickets; one file per deed."""
