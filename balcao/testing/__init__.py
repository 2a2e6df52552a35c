"""Shipped for adopters: factories, contract tests, real servers on loopback."""
