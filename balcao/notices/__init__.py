"""What an agent must be told, by bell and by mail."""
