"""The decisions of returns."""
