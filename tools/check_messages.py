"""Checks the translations: nothing missing, fuzzy or stale, the same placeholders, nothing left in English."""

import re
import sys
from collections.abc import Iterator

from babel.messages.catalog import Catalog, Message
from catalogue import LANGUAGES, LOCALE, extracted, read, texts

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{[\w.]+\}")
_SHOWN = 40  # complaints a language: the rest is of the same making


def main() -> int:
    """Print what is wrong; return 1 if anything is."""
    source = extracted()
    same = set((LOCALE / "same.txt").read_text(encoding="utf-8").splitlines())
    wrong = 0
    for language in LANGUAGES:
        complaints = list(_complaints(source, read(language), same))
        wrong += len(complaints)
        for complaint in complaints[:_SHOWN]:
            print(f"{language}: {complaint}")
        if len(complaints) > _SHOWN:
            print(f"{language}: ... and {len(complaints) - _SHOWN} more")
    return int(bool(wrong))


def _complaints(source: Catalog, translated: Catalog, same: set[str]) -> Iterator[str]:
    for message in source:
        if message.id:
            entry = translated.get(message.id, context=message.context)
            yield from _complaints_about(message, entry, same)
    for entry in translated:
        if entry.id and source.get(entry.id, context=entry.context) is None:
            yield f"not in the sources any more (run: make messages): {_named(entry)}"


def _complaints_about(message: Message, entry: Message | None, same: set[str]) -> Iterator[str]:
    if entry is None or not all(texts(entry.string)):
        yield f"missing: {_named(message)}"
        return
    if entry.fuzzy:
        yield f"fuzzy: {_named(message)}"
    originals, translations = list(texts(message.id)), list(texts(entry.string))
    if not _same_placeholders(originals, translations):
        yield f"other placeholders: {_named(message)}"
    for translation in translations:
        if translation in originals and translation not in same and _has_words(translation):
            yield f"left in English (or add it to balcao/locale/same.txt): {_named(message)}"


def _same_placeholders(originals: list[str], translations: list[str]) -> bool:
    # The singular may say "one" instead of the number; the last form may not.
    allowed = set(_PLACEHOLDER.findall(originals[-1])) | set(_PLACEHOLDER.findall(originals[0]))
    within = all(set(_PLACEHOLDER.findall(text)) <= allowed for text in translations)
    return within and sorted(_PLACEHOLDER.findall(translations[-1])) == sorted(_PLACEHOLDER.findall(originals[-1]))


def _has_words(text: str) -> bool:
    return any(letter.isalpha() for letter in _PLACEHOLDER.sub("", text))


def _named(message: Message) -> str:
    context = f"[{message.context}] " if message.context else ""
    where = f" ({message.locations[0][0]})" if message.locations else ""
    return f"{context}{next(texts(message.id))!r}{where}"


if __name__ == "__main__":
    sys.exit(main())
