"""The customer's own page of an order."""
