"""Marking texts that are translated later, where no language is active yet."""


def N_(message: str) -> str:  # noqa: N802 - the name gettext extractors know
    """Mark a message id for extraction and return it unchanged."""
    return message
