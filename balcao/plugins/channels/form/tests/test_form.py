"""The web form: what it asks, what it keeps, and how it tells spam from people."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balcao.plugins.channels.form import guard, submission
from balcao.plugins.channels.form.adapter import Form
from balcao.plugins.channels.form.config import FormConfig
from balcao.ports.channel import (
    Channel,
    ChannelError,
    Connection,
    File,
    Hosted,
    IdentityKind,
    Incomplete,
    Nature,
    Outbound,
    Party,
    Proof,
    RawEnvelope,
    Unreadable,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY = "a secret of this form"
FORM = Form()
ANA = {
    "name": "Ana Çelik",
    "email": "ana@example.com",
    "phone": "+55 31 95555-0150",
    "order": "CM-20427",
    "subject": "Onde está?",
    "message": "Oi!\r\nCadê meu pedido?",
    "language": "pt-BR",
}


def connection(**settings: Any) -> Connection:
    return Connection(FormConfig(**settings))


def filled(shown: datetime = NOON - timedelta(minutes=1), **answers: str) -> dict[str, str]:
    return {**ANA, "token": guard.new_token(key=KEY, now=shown), **answers}


def submit(
    answers: Mapping[str, str],
    *files: File,
    recent: Mapping[str, int] | None = None,
    now: datetime = NOON,
    **settings: Any,
) -> RawEnvelope:
    return FORM.submitted(answers, files, connection(**settings), key=KEY, recent=recent or {}, now=now)


def suspicion(raw: RawEnvelope) -> str:
    return FORM.parse(raw, connection()).suspicion


def verdict(raw: RawEnvelope) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(raw.body)["guard"]
    return found


def test_it_is_a_channel_with_a_page() -> None:
    channel: Channel = FORM
    hosted: Hosted = FORM
    assert isinstance(channel, Hosted)
    assert hosted.origins(connection(origins="https://a.example/ , https://b.example")) == [
        "https://a.example",
        "https://b.example",
    ]


def test_what_ana_wrote_becomes_a_message() -> None:
    inbound = FORM.parse(submit(filled()), connection())

    assert inbound.sender == Party(IdentityKind.EMAIL, "ana@example.com", "Ana Çelik")
    assert inbound.subject == "Onde está?"
    assert inbound.text == "Oi!\nCadê meu pedido?"
    assert inbound.language == "pt-BR"
    assert inbound.fields == {"order": "CM-20427", "phone": "+55 31 95555-0150"}
    assert inbound.nature == Nature.MESSAGE
    assert inbound.proof == Proof.CLAIMED  # anybody can type any address
    assert inbound.suspicion == ""


def test_a_submission_by_hand_needs_no_token() -> None:
    raw = RawEnvelope("form.1", json.dumps({"email": "bruno@example.com", "message": "Oi"}).encode())
    assert FORM.parse(raw, connection()).suspicion == ""


def test_files_come_along() -> None:
    photo = File("foto.png", "image/png", b"\x89PNG\x00\xff")
    assert FORM.parse(submit(filled(), photo), connection()).files == (photo,)
    assert FORM.parse(submit(filled(), photo, takes_files=False), connection()).files == ()


def test_sending_twice_by_a_double_click_is_one_submission() -> None:
    answers = filled()
    first, second = submit(answers), submit(answers, now=NOON + timedelta(seconds=1))
    assert first.external_id == second.external_id
    assert submit({**answers, "message": "Outra coisa"}).external_id != first.external_id
    assert submit(filled()).external_id != first.external_id  # another form


@pytest.mark.parametrize(
    "answers,fault",
    [
        ({"name": " "}, {"name": submission.NAMELESS}),
        ({"email": ""}, {"email": submission.NO_ADDRESS}),
        ({"email": "ana at example"}, {"email": submission.BAD_ADDRESS}),
        ({"email": "ana@example.com, all@example.com"}, {"email": submission.BAD_ADDRESS}),
        ({"message": "\n "}, {"message": submission.NO_MESSAGE}),
        ({"message": "x" * 60_000}, {"message": submission.TOO_LONG}),
        ({"subject": "x" * 400}, {"subject": submission.TOO_LONG}),
    ],
)
def test_what_is_missing_is_asked_for_again(answers: dict[str, str], fault: dict[str, str]) -> None:
    with pytest.raises(Incomplete) as caught:
        submit(filled(**answers))
    assert caught.value.faults == fault


def test_too_many_and_too_large_files() -> None:
    small = File("a", "text/plain", b"x")
    with pytest.raises(Incomplete) as caught:
        submit(filled(), *[small] * 11)
    assert caught.value.faults == {"files": submission.TOO_MANY_FILES}
    with pytest.raises(Incomplete) as caught:
        submit(filled(), File("a", "text/plain", b"x" * 25_000_001))
    assert caught.value.faults == {"files": submission.FILES_TOO_LARGE}


def test_lines_stay_lines() -> None:
    inbound = FORM.parse(submit(filled(name="Ana\r\nBcc: all", subject="Oi\nX: y")), connection())
    assert inbound.sender.name == "Ana Bcc: all"
    assert inbound.subject == "Oi X: y"


def test_the_page_asks_what_the_settings_say() -> None:
    every = [question.name for question in FORM.questions(connection())]
    few = FORM.questions(connection(asks_phone=False, asks_order=False, asks_subject=False, takes_files=False))
    assert every == ["name", "email", "phone", "order", "subject", "message", "files"]
    assert [question.name for question in few] == ["name", "email", "message"]
    assert all(question.is_required for question in few)


def test_the_page_carries_a_fresh_token_and_a_trap() -> None:
    unseen = FORM.unseen(connection(work_bits=10), key=KEY, now=NOON)
    assert guard.shown_at(unseen["token"], key=KEY) == NOON
    assert unseen[submission.TRAP] == ""
    assert unseen["work_bits"] == "10"


@pytest.mark.parametrize(
    "answers,reason",
    [
        ({"token": ""}, "form-not-ours"),
        ({"token": guard.new_token(key="another", now=NOON - timedelta(minutes=1))}, "form-not-ours"),
        ({"token": "zz.yy.xx"}, "form-not-ours"),
        ({"website": "https://buy.example"}, "trap-filled"),
        ({"message": "[url=https://x.example]cheap[/url]"}, "links-as-markup"),
        ({"name": "https://x.example"}, "link-as-name"),
    ],
)
def test_spam_is_kept_as_spam_with_its_reason(answers: dict[str, str], reason: str) -> None:
    raw = submit(filled(**answers))
    assert reason in suspicion(raw)
    assert FORM.parse(raw, connection()).text  # nothing of it is dropped


def test_a_token_that_was_changed_is_not_ours() -> None:
    shown, nonce, signature = guard.new_token(key=KEY, now=NOON - timedelta(seconds=1)).split(".")
    earlier = f"{int(shown, 16) - 60:x}.{nonce}.{signature}"
    assert guard.shown_at(earlier, key=KEY) is None


def test_nobody_types_that_fast() -> None:
    assert suspicion(submit(filled(shown=NOON - timedelta(seconds=2)))) == "too-fast"
    assert suspicion(submit(filled(shown=NOON - timedelta(seconds=3)))) == ""
    assert suspicion(submit(filled(shown=NOON), least_seconds=0)) == ""


def test_a_tab_left_open_is_no_spam_by_itself() -> None:
    raw = submit(filled(shown=NOON - timedelta(days=3)))
    assert verdict(raw) == {"score": 0.3, "reasons": ["form-too-old"]}
    assert suspicion(raw) == ""
    with_links = filled(shown=NOON - timedelta(days=3), message="https://a https://b https://c https://d")
    assert suspicion(submit(with_links)) == "form-too-old, many-links"


def test_some_links_are_fine() -> None:
    assert suspicion(submit(filled(message="https://loja.example/p/1 e https://loja.example/p/2"))) == ""
    assert suspicion(submit(filled(message="https://a https://b https://c https://d"))) == ""


@pytest.mark.parametrize(
    "recent,expected",
    [
        ({"address": 4, "network": 19}, ""),
        ({"address": 5}, "many-of-address"),
        ({"network": 20}, "many-of-network"),
    ],
)
def test_many_in_an_hour_are_suspicious(recent: dict[str, int], expected: str) -> None:
    assert suspicion(submit(filled(), recent=recent)) == expected


def test_work_where_it_is_asked_for() -> None:
    answers = filled()
    done = next(str(n) for n in count() if guard.has_worked(answers["token"], str(n), bits=8))
    assert suspicion(submit({**answers, "work": done}, work_bits=8)) == ""
    assert suspicion(submit({**answers, "work": done}, work_bits=30)) == "work-not-done"
    assert suspicion(submit(answers, work_bits=30)) == "work-not-done"
    assert suspicion(submit(answers)) == ""


def test_card_numbers_are_taken_out_before_anything_is_stored() -> None:
    photo = File("4111 1111 1111 1111.txt", "text/plain", b"4111111111111111")
    clean = FORM.clean(submit(filled(message="cartão 4111 1111 1111 1111", subject="4111111111111111"), photo))
    inbound = FORM.parse(clean, connection())
    assert "4111111111111111" not in inbound.subject
    assert "1111 1111 1111" not in inbound.text + inbound.files[0].name
    assert inbound.files[0].content == b"4111111111111111"  # a file's content is the attachment check's matter
    assert FORM.clean(clean).body == clean.body


@given(
    body=st.binary(max_size=300)
    | st.recursive(st.none() | st.text(max_size=20) | st.integers(), st.lists).map(
        lambda value: json.dumps({"email": "a@b.example", "message": "x", "files": value, "guard": value}).encode()
    )
)
def test_whatever_comes_is_understood_or_set_aside(body: bytes) -> None:
    raw = FORM.clean(RawEnvelope("form.1", body))
    with suppress(Unreadable):
        assert FORM.parse(raw, connection()).text


def test_nothing_leaves_through_a_form() -> None:
    limits = FORM.limits(connection())
    assert not limits.replies
    assert not limits.starts
    outbound = Outbound("x", (Party(IdentityKind.EMAIL, "ana@example.com"),), "Oi")
    with pytest.raises(ChannelError) as caught:
        FORM.send(outbound, connection(), handing_over=lambda: pytest.fail("it was handed over"))
    assert caught.value.permanent
