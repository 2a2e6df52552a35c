"""Collects the strings of the sources into balcao/locale; translations that still apply are kept."""

from catalogue import LANGUAGES, extracted, updated, write

if __name__ == "__main__":
    source = extracted()
    for language in LANGUAGES:
        write(updated(language, source), language)
    print(f"{len(source)} strings in {', '.join(LANGUAGES)}.")
