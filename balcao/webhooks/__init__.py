"""Telling other systems what happened: signed messages to the addresses that an admin entered."""
