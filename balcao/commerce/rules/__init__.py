"""Pure decisions about orders: what may be done, what it moves, what a text speaks of."""
