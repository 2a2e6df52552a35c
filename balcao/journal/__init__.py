"""The append-only record of what happened, and the bus that every follower reads."""
