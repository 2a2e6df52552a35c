"""Our words are the glossary's: the names we define use none of the words that say nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BANNED = {"user", "users", "data", "info", "item", "items", "handle", "manager", "helper", "helpers", "utils", "misc"}
BANNED |= {"common", "service"}
# Names that a library looks for, and three nouns that mean just this.
ALLOWED = {
    "DATA_DIR",  # the setting BALCAO_DATA_DIR, a word that operators know
    "HANDLE",  # the name a person goes by on a network: an identity kind
    "_data_version",  # SQLite's pragma
    "USERNAME_FIELD",
    "AUTH_USER_MODEL",
    "ACCOUNT_USER_MODEL_USERNAME_FIELD",
    "EMAIL_HOST_USER",
    "DATA_UPLOAD_MAX_MEMORY_SIZE",
    "USERSESSIONS_TRACK_ACTIVITY",
    "username",
    "handle_DATA",
    "handle_error",
    "cleaned_data",
}
AFTER_A_NOUN = {"of", "by", "for", "in", "as", "words", "page", "pages", "panel", "slot", "card"}
# Signatures that allauth and Django call by keyword.
ALLOWED_IN = {"balcao/project/accounts.py": {"user", "get_user", "user_id"}}


def sources() -> list[Path]:
    found = (ROOT / "balcao").rglob("*.py")
    return sorted(path for path in found if not {"migrations", "tests"} & set(path.parts))


def defined_names(tree: ast.AST) -> Iterator[tuple[str, int, bool]]:
    """Give each name with its line, and whether it is a deed's."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name, node.lineno, not isinstance(node, ast.ClassDef)
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno, False
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno, False


def words(name: str) -> list[str]:
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)


def is_banned(name: str, *, is_deed: bool = False) -> bool:
    """Tell whether a name says nothing; a process is a thing of ours, so no deed begins with it as a verb."""
    parts = [word.lower() for word in words(name)]
    is_verb = is_deed and parts[:1] == ["process"] and len(parts) > 1 and parts[1] not in AFTER_A_NOUN
    return name not in ALLOWED and (bool(BANNED & set(parts)) or is_verb)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_names_are_words_of_the_glossary(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    allowed = ALLOWED_IN.get(str(path.relative_to(ROOT)), set())
    banned = [
        f"{path.name}:{line} {name}"
        for name, line, is_deed in defined_names(tree)
        if is_banned(name, is_deed=is_deed) and name not in allowed
    ]
    assert banned == []
    assert not is_banned(path.stem)


@pytest.mark.parametrize("name", ["get_user", "ItemView", "mail_service", "process_mail", "user_data"])
def test_a_banned_word_is_noticed(name: str) -> None:
    assert is_banned(name, is_deed=True)


@pytest.mark.parametrize("name", ["process", "process_of_ticket", "metadata", "agent", "in_process_of", "HttpResponse"])
def test_other_words_pass(name: str) -> None:
    assert not is_banned(name, is_deed=True)
