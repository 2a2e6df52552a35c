"""The customer, one over all channels: identities, links, merge and undo."""
