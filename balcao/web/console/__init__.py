"""The settings of the house: channels, people, texts, shops, and what went wrong."""
