"""The brands served: their languages, time zone, currency, look."""
