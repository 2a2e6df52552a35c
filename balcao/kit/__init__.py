"""Small tools with no domain."""
