"""The shop's own pages for its customers as a channel: what they ask for there becomes a message."""
