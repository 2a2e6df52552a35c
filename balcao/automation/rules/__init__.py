"""Decisions of macros and of quick answers."""
