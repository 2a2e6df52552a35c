"""The numbers: one definition for each, in `rules`, whatever page or file shows it."""
