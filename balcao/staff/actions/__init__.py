"""Everything that writes agents, teams and departments; one file per deed."""
