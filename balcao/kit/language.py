"""Which of a shop's languages a message is written in."""

import re
from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import Any

# What says nothing about the writer's language: addresses of the web and of mail, codes and numbers, quoted lines.
_NOISE = re.compile(
    r"https?://\S+|www\.\S+|\S+@\S+|\S*\d\S*|^\s*>.*$|<[^>\n]{0,200}>|[#{}\[\]|_=*]+", re.MULTILINE | re.IGNORECASE
)
_WORDS = re.compile(r"[^\W\d_]+")
_ENOUGH = 500  # characters: more make the guess slower and no better
_FEWEST_LETTERS = 5
_CONFIDENT = 0.55  # of a choice of three: on 7,000 short messages 4 % stay open then and 1 % are wrong
_A_CHOICE = 2
_loading = Lock()


def guess(text: str, among: Sequence[str], *, default: str) -> str:
    """Return the one of `among` that the text is written in, or `default` where it is too short to tell.

    Regions are ignored in comparing and kept in the answer: a Portuguese text is "pt-BR" if that is what is offered.
    """
    offered = {re.split(r"[-_]", language)[0].lower(): language for language in reversed(among)}
    words = " ".join(_WORDS.findall(_NOISE.sub(" ", text[: 2 * _ENOUGH])))[:_ENOUGH]
    if len(offered) < _A_CHOICE or len(words.replace(" ", "")) < _FEWEST_LETTERS:
        return default
    language, confidence = _classified(words, tuple(sorted(offered)))
    return offered[language] if confidence >= _CONFIDENT else default


def _classified(words: str, languages: tuple[str, ...]) -> tuple[str, float]:
    model = _model(languages)
    if model is None:
        return "", 0.0
    language, confidence = model.classify(words)
    return str(language), float(confidence)


def _model(languages: tuple[str, ...]) -> Any:
    with _loading:  # two threads would each load it
        return _load(languages)


@lru_cache(maxsize=4)
def _load(languages: tuple[str, ...]) -> Any:
    """Load the model cut down to these languages (half a second, 50 MB), or None if it knows fewer than two of them."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = [language for language in languages if language in model.labels]
    if len(known) < _A_CHOICE:
        return None
    model.set_languages(known)
    model.nb_ptc = model.nb_ptc.copy()
    model._full_model = None  # noqa: SLF001 - frees the tables of the 90 languages that no shop of ours offers
    return model
