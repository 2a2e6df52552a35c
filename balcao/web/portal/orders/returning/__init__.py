"""Customers send something back by themselves."""
