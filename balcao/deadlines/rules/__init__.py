"""Pure decisions about promises: open time, clocks, day counts, the law and what it asks of a shop."""
