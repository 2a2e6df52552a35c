"""The demo shop: Casa Moringa as files (see README.md here), brought in through the real ways in."""
