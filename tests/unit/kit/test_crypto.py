"""What is sealed or signed with one key and purpose opens with no other."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.kit.crypto import CannotUnseal, check_token, derive, random_code, random_token, seal, sign_token, unseal

OLD, NEW = "the old secret", "the new secret"


@given(st.text())
def test_what_is_sealed_can_be_unsealed(text: str) -> None:
    assert unseal(seal(text, key=NEW), key=NEW) == text


def test_a_sealed_text_shows_nothing_and_differs_each_time() -> None:
    assert "segredo" not in seal("segredo", key=NEW)
    assert seal("segredo", key=NEW) != seal("segredo", key=NEW)


def test_keys_rotate() -> None:
    sealed_before = seal("segredo", key=OLD)
    assert unseal(sealed_before, key=[NEW, OLD]) == "segredo"
    assert unseal(seal("segredo", key=[NEW, OLD]), key=NEW) == "segredo"


@pytest.mark.parametrize("sealed", ["", "garbage", "gAAAAA", "ç"])
def test_what_was_not_sealed_is_refused(sealed: str) -> None:
    with pytest.raises(CannotUnseal, match="cannot be read"):
        unseal(sealed, key=NEW)


def test_another_key_or_purpose_does_not_open() -> None:
    sealed = seal("segredo", key=OLD, purpose="mailbox")
    with pytest.raises(CannotUnseal):
        unseal(sealed, key=NEW, purpose="mailbox")
    with pytest.raises(CannotUnseal):
        unseal(sealed, key=OLD, purpose="webhook")


@pytest.mark.parametrize("key", ["", [], [NEW, ""]])
def test_an_empty_key_is_refused(key: str | list[str]) -> None:
    with pytest.raises(ValueError, match="empty"):
        seal("segredo", key=key)


def test_a_signature_is_ten_base32_characters() -> None:
    assert re.fullmatch("[a-z2-7]{10}", sign_token(12, 34, key=NEW))


def test_a_signature_is_checked_without_regard_to_case() -> None:
    signature = sign_token(12, 34, key=NEW)
    assert check_token(signature, 12, 34, key=NEW)
    assert check_token(signature.upper(), 12, 34, key=NEW)
    assert check_token(signature, 12, 34, key=[OLD, NEW])
    assert check_token(sign_token(12, 34, key=OLD), 12, 34, key=[NEW, OLD])


def test_a_signature_is_good_for_its_parts_key_and_purpose_only() -> None:
    signature = sign_token(12, 34, key=NEW)
    assert not check_token(signature, 12, 35, key=NEW)
    assert not check_token(signature, 123, 4, key=NEW)
    assert not check_token(signature, 12, 34, key=OLD)
    assert not check_token(signature, 12, 34, key=NEW, purpose="other")
    assert not check_token("", 12, 34, key=NEW)
    assert not check_token("ğüşiöçğüşi", 12, 34, key=NEW)


@given(st.lists(st.text()), st.lists(st.text()))
def test_parts_are_told_apart(some: list[str], others: list[str]) -> None:
    assert (sign_token(*some, key=NEW) == sign_token(*others, key=NEW)) == (
        some == others or {*map(tuple, (some, others))} == {(), ("",)}
    )


def test_derived_keys_are_known_and_apart() -> None:
    assert derive("k", purpose="a") == derive("k", purpose="a") != derive("k", purpose="b")
    assert len(derive("k", purpose="a")) == 32


def test_random_tokens_differ() -> None:
    assert len({random_token() for _ in range(100)}) == 100
    assert len(random_token(16)) == 22
    assert re.fullmatch(r"\d{6}", random_code())
