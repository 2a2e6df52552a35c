"""The work queue: what may run later is a row with a lease, so a killed task is run again."""
