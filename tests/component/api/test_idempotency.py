"""The same key changes things once: repeated, at the same time, and after a crash."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.utils import timezone

from balcao.api import actions
from balcao.api.models import KeyedRequest
from balcao.staff.models import Agent
from balcao.tickets.models import Attachment, Message, Note, Ticket

from .conftest import MakeProgram, Program


def test_a_repeat_changes_nothing_and_is_answered_alike(erp: Program, ticket: Ticket) -> None:
    path = f"/tickets/{ticket.number}/notes"
    first = erp.post(path, {"text": "Oi"}, key="k1")
    again = erp.post(path, {"text": "Oi"}, key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Note.objects.count() == 1


def test_another_body_under_the_same_key_is_refused(erp: Program, ticket: Ticket) -> None:
    path = f"/tickets/{ticket.number}/notes"
    erp.post(path, {"text": "Oi"}, key="k1")
    refused = erp.post(path, {"text": "Olá"}, key="k1")
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:balcao:problem:idempotency-key-reused")
    assert Note.objects.count() == 1


def test_keys_are_the_callers_own_and_of_one_address(
    erp: Program, make_program: MakeProgram, caio: Agent, ticket: Ticket, message: Message
) -> None:
    path = f"/tickets/{ticket.number}/notes"
    erp.post(path, {"text": "Oi"}, key="k1")
    assert make_program(caio).post(path, {"text": "Outro"}, key="k1").status_code == 201
    assert erp.post(f"/conversations/{message.conversation_id}/messages", {"text": "Oi"}, key="k1").status_code == 201
    assert Note.objects.count() == 2


def test_what_was_not_valid_is_not_remembered(erp: Program, ticket: Ticket) -> None:
    path = f"/tickets/{ticket.number}/notes"
    assert erp.post(path, {"text": ""}, key="k1").status_code == 422
    assert not KeyedRequest.objects.exists()
    assert erp.post(path, {"text": "Oi"}, key="k1").status_code == 201


def test_what_burst_is_rolled_back_and_can_be_tried_again(
    erp: Program, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from balcao.api.v1.views import messages

    def burst(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    path = f"/tickets/{ticket.number}/notes"
    with monkeypatch.context() as patch:
        patch.setattr(messages, "note_out", burst)
        assert erp.post(path, {"text": "Oi"}, key="k1").status_code == 500
    assert not Note.objects.exists()
    assert erp.post(path, {"text": "Oi"}, key="k1").status_code == 201
    assert Note.objects.count() == 1


def test_while_the_first_still_runs_a_repeat_is_told_so(erp: Program, ticket: Ticket) -> None:
    path, now = f"/tickets/{ticket.number}/notes", timezone.now()
    erp.post(path, {"text": "Oi"}, key="k1")
    KeyedRequest.objects.update(status=None, answer="", began_at=now)  # as if it were running

    refused = erp.post(path, {"text": "Oi"}, key="k1")

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:balcao:problem:still-running")
    assert refused.headers["Retry-After"]


def test_a_run_that_died_is_run_again_when_its_time_is_over(erp: Program, ticket: Ticket) -> None:
    body_hash = "9d2d2cf5d0c1ab13ac6d4d1ed3a1d1ee3c0d0c0f9f6f3f83a3f8d5c8d4c1c1c1"
    path, long_ago = f"/tickets/{ticket.number}/notes", timezone.now() - timedelta(minutes=5)
    erp.post(path, {"text": "Oi"}, key="k1")
    Note.objects.all().delete()  # it died before its change was committed
    KeyedRequest.objects.update(status=None, answer="", began_at=long_ago)

    assert erp.post(path, {"text": "Oi"}, key="k1").status_code == 201
    assert Note.objects.count() == 1
    assert KeyedRequest.objects.get().body_hash != body_hash


def test_a_run_whose_place_was_taken_commits_nothing(erp: Program, ticket: Ticket) -> None:
    now = timezone.now()
    claimed = actions.claim(token=erp.token, route="POST /x", key="k1", body_hash="h", now=now)
    later = now + actions.RUNS_AT_MOST
    taken = actions.claim(token=erp.token, route="POST /x", key="k1", body_hash="h", now=later)

    with pytest.raises(actions.TakenOver):
        actions.settle(row=claimed.row, status=201, answer="{}")
    actions.let_go(row=claimed.row)
    actions.settle(row=taken.row, status=201, answer="{}")
    assert KeyedRequest.objects.get().status == 201


def test_old_keys_are_forgotten(erp: Program, ticket: Ticket) -> None:
    path = f"/tickets/{ticket.number}/notes"
    erp.post(path, {"text": "Oi"}, key="k1")
    KeyedRequest.objects.update(began_at=timezone.now() - actions.KEPT_FOR - timedelta(seconds=1))
    erp.post(path, {"text": "Oi"}, key="k2")
    assert [row.key for row in KeyedRequest.objects.all()] == ["k2"]


def test_an_upload_is_known_by_its_content(erp: Program, ticket: Ticket) -> None:
    path = f"/tickets/{ticket.number}/attachments"
    for _ in range(2):
        assert erp.upload(path, SimpleUploadedFile("a.txt", b"one"), key="k1").status_code == 201
    assert erp.upload(path, SimpleUploadedFile("a.txt", b"two"), key="k1").status_code == 422
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize("key", ["", "with space", "ö", "x" * 256])
def test_a_key_that_is_none(erp: Program, ticket: Ticket, key: str) -> None:
    refused = erp("POST", f"/tickets/{ticket.number}/notes", {"text": "Oi"}, headers={"Idempotency-Key": key})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["header"] == "Idempotency-Key"


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_time_change_things_once(erp: Program, ticket: Ticket) -> None:
    path, answers = f"/tickets/{ticket.number}/notes", []
    ready = threading.Barrier(8)

    def send() -> None:
        program = Program(erp.token, erp.secret)
        ready.wait()
        answers.append(program.post(path, {"text": "Oi"}, key="k1").status_code)
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(answers) <= {201, 409}
    assert 201 in answers
    assert Note.objects.count() == 1
    assert erp.post(path, {"text": "Oi"}, key="k1").headers["Idempotent-Replayed"] == "true"


@pytest.mark.django_db(transaction=True)
def test_a_crash_before_the_commit_leaves_nothing_but_the_claim(
    erp: Program, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from balcao.api.v1 import idempotency

    class Killed(BaseException):
        """The process is gone: nothing after this runs."""

    def kill(**_: Any) -> None:
        raise Killed

    path = f"/tickets/{ticket.number}/notes"
    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "settle", kill)
        patch.setattr(idempotency, "let_go", lambda **_: None)
        with pytest.raises(Killed):
            erp.post(path, {"text": "Oi"}, key="k1")

    assert not Note.objects.exists()
    assert erp.post(path, {"text": "Oi"}, key="k1").status_code == 409
    KeyedRequest.objects.update(began_at=timezone.now() - actions.RUNS_AT_MOST)
    assert erp.post(path, {"text": "Oi"}, key="k1").status_code == 201
    assert Note.objects.count() == 1
