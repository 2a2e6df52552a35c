"""Text as both search engines index it: words in lower case, stemmed, and folded to letters without marks.

Each word gives its stem and its plain form, so that the same word with and without accents, and with any of the
Turkish i's, meets itself whatever the writer's keyboard. The engines only compare whole terms: a term is made of
letters and digits, which SQLite's `unicode61` and PostgreSQL's `simple` both leave alone.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import repeat
from threading import Lock

import Stemmer

_STEMMED = {
    "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french",
    "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
_WORD = r"[^\W_]+"
_TOKEN = re.compile(rf"{_WORD}(?:[-._/@+'’:]{_WORD})*")
_PART = re.compile(r"[^\W\d_]+|\d+")
_WORDS = re.compile(_WORD)
_APOSTROPHE = re.compile(r"['’]")
_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]+)[\"“”„«»]")
_LOOSE_MARKS = re.compile(r"[\u0300-\u036f]+")
_LONGEST = 64  # characters of a term; beyond are encodings and tokens that nobody types
_CODE_DIGITS = 4  # digits from which a part of a code is searched for by itself

_LETTERS = str.maketrans(
    {"ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h"}
)
_TURKISH_CAPITALS = str.maketrans({"I": "ı", "İ": "i"})
_TURKISH_ORDER = str.maketrans({"ç": "c~", "ğ": "g~", "ı": "h~", "ö": "o~", "ş": "s~", "ü": "u~"})

_stemmers: dict[str, Stemmer.Stemmer] = {}
_one_at_a_time = Lock()  # a stemmer has a state of its own and must not be shared between threads


def fold(text: str) -> str:
    """Return the text in lower case without marks, every i alike: for comparing names and words."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def lower(text: str, language: str) -> str:
    """Return the text in lower case by the rules of a language: Turkish has I/ı and İ/i."""
    if _base(language) in {"tr", "az"}:
        return text.translate(_TURKISH_CAPITALS).lower()
    return text.lower().replace("i\u0307", "i")


def sort_key(text: str, language: str) -> str:
    """Return what to sort by, character by character, for the alphabetical order of a language."""
    small = lower(unicodedata.normalize("NFC", text.strip()), language)
    letters = small.translate(_TURKISH_ORDER) if _base(language) in {"tr", "az"} else small
    return f"{fold(letters)}\t{small}"


def document_terms(text: str, language: str) -> str:
    """Return the terms of a text in its language, separated by spaces, ready for a search index."""
    return " ".join(map(_document_terms, _TOKEN.findall(_normal(text)), repeat(_base(language))))


def query_terms(text: str, languages: Iterable[str]) -> list[set[str]]:
    """Return what a document must hold: for each word of the query, the terms of which any one will do.

    A quoted phrase asks for its words; `query_phrases` and `holds_phrase` check their order afterwards.
    """
    shop_languages = tuple(_base(language) for language in languages)
    words = [word for token in _TOKEN.findall(_normal(text)) for word in _query_words(token, shop_languages)]
    return [word for number, word in enumerate(words) if word and word not in words[:number]]


def query_phrases(text: str) -> list[str]:
    """Return the quoted phrases of a query, folded, for `holds_phrase`."""
    phrases = (" ".join(_WORDS.findall(fold(phrase))) for phrase in _QUOTED.findall(text))
    return [phrase for phrase in phrases if " " in phrase]


def holds_phrase(text: str, phrase: str) -> bool:
    """Tell whether the words of a phrase from `query_phrases` stand next to each other in the text."""
    return f" {phrase} " in f" {' '.join(_WORDS.findall(fold(text)))} "


def _normal(text: str) -> str:
    """Return the text composed; marks that no composed letter has would part their word in two."""
    if text.isascii():
        return text
    composed = text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)
    return _LOOSE_MARKS.sub("", composed)


def _base(language: str) -> str:
    return re.split(r"[-_]", language, maxsplit=1)[0].lower()


@lru_cache(maxsize=100_000)
def _document_terms(token: str, language: str) -> str:
    """Return the terms of a word; of a code, an address or a compound also those of its parts."""
    stem = _APOSTROPHE.split(token)[0]  # what follows is a suffix in Turkish and English
    parts = _parts(token)
    terms = [*_forms(token, language), *_forms(stem, language)]
    if len(parts) > 1:
        terms += [term for part in parts for term in _forms(part, language)]
    return " ".join(dict.fromkeys(terms))


def _parts(token: str) -> list[str]:
    """Return the words, numbers and letters before or after a number that a token is made of."""
    parts = [part for word in _WORDS.findall(token) for part in (word, *_PART.findall(word))]
    return list(dict.fromkeys(parts))


def _forms(word: str, language: str) -> tuple[str, ...]:
    """Return the plain and the stemmed form of a word, which may be the same."""
    small = lower(word, language)
    plain = _term(fold(small))
    stemmed = _term(fold(_stem(small, language)))
    return tuple(dict.fromkeys(form for form in (stemmed, plain) if form))


def _term(folded: str) -> str:
    return "".join(_WORDS.findall(folded))[:_LONGEST]


@lru_cache(maxsize=100_000)
def _query_words(token: str, languages: tuple[str, ...]) -> list[set[str]]:
    words = _WORDS.findall(token)
    has_digit = any(character.isdecimal() for character in token)
    if len(words) == 1 or has_digit or "@" in token:
        return [_alternatives([token, *_code_number(token)], languages)]
    if _APOSTROPHE.search(token):
        return [_alternatives([token, words[0]], languages)]
    if any(len(word) == 1 for word in words):  # "e-mail" finds "email" and "mail"
        return [_alternatives([token, max(words, key=len)], languages)]
    return [_alternatives([word], languages) for word in words]


def _code_number(token: str) -> list[str]:
    """Return the number of a code of letters and one long number, such as CJ-48102."""
    numbers = [part for part in _PART.findall(token) if part.isdecimal()]
    has_letters = any(character.isalpha() for character in token)
    return numbers if len(numbers) == 1 and len(numbers[0]) >= _CODE_DIGITS and has_letters and "@" not in token else []


def _alternatives(words: list[str], languages: tuple[str, ...]) -> set[str]:
    return {form for word in words for language in languages or ("",) for form in _forms(word, language)}


def _stem(word: str, language: str) -> str:
    algorithm = _STEMMED.get(language)
    if not algorithm:
        return word
    with _one_at_a_time:
        if language not in _stemmers:
            _stemmers[language] = Stemmer.Stemmer(algorithm, 0)
        return str(_stemmers[language].stemWord(word))
