"""What processes do by themselves: automatic steps, ways that time or an order opens, the forecast of the total."""
