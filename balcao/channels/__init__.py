"""Configured channels; every envelope exactly as it came in; every dispatch."""
