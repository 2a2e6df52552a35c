"""The desk's pages, one file per area."""
