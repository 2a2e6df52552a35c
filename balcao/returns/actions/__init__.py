"""Everything that writes returns, one file per deed."""
