"""Everything that writes webhooks: endpoints, deliveries, and what became of them."""
