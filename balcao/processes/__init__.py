"""Cross-department work: blueprints, stages, who owes what by when."""
