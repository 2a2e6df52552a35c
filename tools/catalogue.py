"""Reading strings out of our sources, and reading and writing the translations in balcao/locale."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "balcao" / "locale"
LANGUAGES = ("pt_BR", "tr")

_METHODS = [
    ("**/migrations/**", "ignore"),
    ("**/tests/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
]
_OPTIONS = {
    pattern: {"extensions": "jinja2.ext.do", "silent": "false"} for pattern, method in _METHODS if method == "jinja2"
}
_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Dates in the header change with every run and say nothing that the history does not.
_RESTLESS = (b'"POT-Creation-Date:', b'"PO-Revision-Date:', b'"Generated-By:')


def extracted() -> Catalog:
    """Return every translatable string of the package."""
    catalog = Catalog(project="Balcão", charset="utf-8")
    found = extract_from_dir(
        ROOT / "balcao", _METHODS, _OPTIONS, _KEYWORDS, comment_tags=("i18n:",), strip_comment_tags=True
    )
    for path, _line, message, comments, context in sorted(found, key=lambda entry: (entry[0], entry[1])):
        catalog.add(message, None, [(f"balcao/{path}", 0)], auto_comments=comments, context=context)
    return catalog


def po_path(language: str) -> Path:
    """Return where the translations into a language stand."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """Return the translations into a language; empty if there are none yet."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, domain="django", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="django", charset="utf-8")


def write(catalog: Catalog, language: str) -> None:
    """Write the translations into a language so that a diff shows only what changed."""
    output = BytesIO()
    write_po(output, catalog, width=120, include_lineno=False, sort_output=True, ignore_obsolete=True)
    lines = [line for line in output.getvalue().splitlines(keepends=True) if not line.startswith(_RESTLESS)]
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(lines))


def updated(language: str, source: Catalog) -> Catalog:
    """Return the translations into a language for exactly the strings of `source`; new ones are empty."""
    old = read(language)
    new = Catalog(locale=language, domain="django", project="Balcão", charset="utf-8", header_comment="# Balcão")
    for message in source:
        if message.id:
            known = old.get(message.id, context=message.context)
            translation = known.string if known and not known.fuzzy else ""
            paths = sorted({path for path, _ in message.locations})
            new.add(
                message.id,
                translation,
                [(path, 0) for path in paths],
                auto_comments=message.auto_comments,
                context=message.context,
            )
    new.fuzzy = False
    return new


def texts(value: str | tuple[str, ...] | list[str]) -> Iterator[str]:
    """Give each form of a string: one, or singular and plural."""
    if isinstance(value, str):
        yield value
    else:
        yield from value
