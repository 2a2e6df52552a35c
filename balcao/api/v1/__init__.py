"""The REST API: typed views that translate requests into one action or query, and its result into JSON."""
