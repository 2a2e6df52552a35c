"""The operations; each translates, none decides."""
