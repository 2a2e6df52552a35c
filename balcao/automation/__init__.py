"""Macros (and later rules): saved steps, a text among them."""
