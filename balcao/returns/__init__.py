"""Goods that come back: what came, why, in what state, and what becomes of it. Its state is its process stage."""
