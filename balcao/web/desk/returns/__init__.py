"""Returns as agents and the warehouse see them."""
