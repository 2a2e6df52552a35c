"""Everything that writes processes, one file per deed."""
