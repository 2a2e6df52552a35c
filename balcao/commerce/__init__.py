"""Our copy of orders and products, and the ledger of order actions: from here alone money or an order moves."""
