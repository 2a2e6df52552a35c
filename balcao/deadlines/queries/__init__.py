"""Everything that reads calendars, targets and clocks for others."""
