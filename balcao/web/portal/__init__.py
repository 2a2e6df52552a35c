"""The customers' own pages: so far the forms in which they write to a shop."""
