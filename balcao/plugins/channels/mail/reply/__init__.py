"""Telling the new words of a mail from the quoted ones, from signatures and from what programs add."""
