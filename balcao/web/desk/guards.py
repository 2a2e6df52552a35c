"""What a careful colleague would ask before a letter leaves: pure, in the words of our languages."""

import re
from enum import StrEnum


class Doubt(StrEnum):
    """Why the agent is asked once more."""

    NO_FILE = "no_file"
    EMPTY_PLACEHOLDER = "empty_placeholder"


_FILE_WORDS = re.compile(
    r"\b(?:attach(?:ed|ment|ing)?s?|enclosed|anexo|anexa|anexos|anexei|anexamos|em anexo|segue(?:m)? o arquivo"
    r"|ekte|ekli|ekteki|ekledim|ekledik|ilişikte)\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}|\{[a-z_.]{2,40}\}|\[\[[^\[\]]*\]\]")


def doubts(text: str, *, has_files: bool) -> list[Doubt]:
    """Return what speaks against sending this text as it is; quoted lines do not count."""
    own = "\n".join(line for line in text.splitlines() if not line.startswith(">"))
    found = []
    if not has_files and _FILE_WORDS.search(own):
        found.append(Doubt.NO_FILE)
    if _PLACEHOLDER.search(own):
        found.append(Doubt.EMPTY_PLACEHOLDER)
    return found
