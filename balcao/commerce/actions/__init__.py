"""Everything that writes orders and the ledger."""
