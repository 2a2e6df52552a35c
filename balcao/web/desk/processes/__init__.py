"""Processes as the desk draws them: the track, the sheet of a way, the board."""
