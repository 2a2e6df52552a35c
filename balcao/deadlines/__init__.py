"""Promises with clocks: calendars, targets, clocks and their timers, what the law says, how its days are counted."""
