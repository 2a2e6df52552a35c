"""Any shop system with a REST interface, described by a mapping file."""
