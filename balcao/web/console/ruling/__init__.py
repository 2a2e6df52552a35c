"""The form of a rule: rows of when, if and then; their words; what there is to choose from."""
