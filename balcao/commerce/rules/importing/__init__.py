"""Rows of a shop's own files as orders and products, and back; pure."""
