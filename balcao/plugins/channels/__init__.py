"""Channel adapters: each a way in and out."""
