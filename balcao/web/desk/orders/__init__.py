"""The order on the desk: its card, what can be done to it, and in which words."""
