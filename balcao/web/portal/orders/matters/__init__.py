"""The page of a matter for its customer: where it stands, until when, and what they can do."""
