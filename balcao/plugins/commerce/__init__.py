"""Shop systems and ERPs."""
