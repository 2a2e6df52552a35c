"""Everything that writes channels, envelopes and dispatches; one file per deed."""
