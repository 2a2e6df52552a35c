"""Adapters to the outside: one folder each, with its texts, recorded fixtures and tests."""
