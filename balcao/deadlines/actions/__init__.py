"""Everything that writes calendars, targets, clocks and timers."""
