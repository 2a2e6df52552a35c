"""Messages, notes and files over the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from balcao.channels.models import Channel, Dispatch
from balcao.pipeline import outbound
from balcao.ports.channel import ChannelError
from balcao.staff.models import Agent
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import receive
from balcao.tickets.models import Attachment, Message, Note, Ticket

from .conftest import MakeProgram, Program


def relay(*, later: timedelta = timedelta(minutes=1)) -> None:
    now = timezone.now() + later
    outbound.run_due(worker="w", now=now, clock=lambda: now)


def test_an_answer_reaches_the_customer(erp: Program, message: Message, paper: PaperChannel, bia: Agent) -> None:
    sent = erp.post(
        f"/conversations/{message.conversation_id}/messages",
        {"text": "Sentimos muito!", "then": "solved", "cc": [{"value": "caio@example.com"}]},
    )
    assert sent.status_code == 201
    assert (sent.json()["agent_id"], sent.json()["dispatch"]["state"]) == (bia.pk, "queued")

    relay()

    (letter,) = paper.sent
    assert (letter.text, letter.to[0].value, letter.copied[0].value) == (
        "Sentimos muito!",
        "ana@example.com",
        "caio@example.com",
    )
    whole = erp.get(f"/messages/{sent.json()['id']}").json()
    assert (whole["dispatch"]["state"], whole["full_text"]) == ("sent", "Sentimos muito!")
    assert erp.get(f"/tickets/{message.ticket.number}").json()["status"] == "solved"


def test_the_system_may_answer_too(make_program: MakeProgram, message: Message, paper: PaperChannel) -> None:
    system = make_program(None)
    path = f"/conversations/{message.conversation_id}/messages"
    assert system.post(path, {"text": "Recebido.", "undo_seconds": 0}).json()["agent_id"] is None
    relay()
    assert len(paper.sent) == 1


def test_an_answer_is_recalled_and_a_failed_one_sent_again(erp: Program, message: Message, paper: PaperChannel) -> None:
    path = f"/conversations/{message.conversation_id}/messages"
    first = erp.post(path, {"text": "Oops"}).json()
    assert erp.post(f"/messages/{first['id']}/recall").json()["is_recalled"]
    assert erp.post(f"/messages/{first['id']}/recall").status_code == 409

    second = erp.post(path, {"text": "Oi"}).json()
    paper.fails_before = ChannelError("No such mailbox.", permanent=True, code="address")
    relay()
    assert erp.get(f"/messages/{second['id']}").json()["dispatch"]["error"] == "No such mailbox."
    assert erp.post(f"/messages/{second['id']}/retry").json()["dispatch"]["state"] == "queued"
    assert Dispatch.objects.count() == 2


def test_an_answer_to_something_not_seen_is_refused(erp: Program, message: Message, channel: Channel) -> None:
    receive(channel, now=timezone.now(), answers=[message.external_id], text="Já resolvi!")
    path = f"/conversations/{message.conversation_id}/messages"
    refused = erp.post(path, {"text": "Oi", "seen_message_id": message.pk})
    assert (refused.status_code, refused.json()["refusal"]) == (409, "something_newer")


def test_the_shop_writes_first(erp: Program, channel: Channel, paper: PaperChannel) -> None:
    body = {
        "channel_id": channel.pk,
        "to": [{"kind": "email", "value": "elif@example.com", "name": "Elif Kaya"}],
        "subject": "Siparişiniz",
        "text": "Merhaba",
        "language": "tr",
    }
    started = erp.post("/tickets", body)
    relay()

    assert started.status_code == 201
    ticket = erp.get(f"/tickets/{started.json()['ticket']}").json()
    assert (ticket["status"], ticket["language"], ticket["customer"]["name"]) == ("waiting", "tr", "Elif Kaya")
    assert paper.sent[0].to[0].value == "elif@example.com"


def test_a_phone_call_is_written_down_on_a_new_ticket_or_an_old_one(
    erp: Program, channel: Channel, ticket: Ticket
) -> None:
    call = {"channel_id": channel.pk, "party": {"kind": "phone", "value": "+55 31 5555-0199"}, "text": "Ligou."}
    new = erp.post("/contacts", call).json()
    old = erp.post("/contacts", {**call, "ticket": ticket.number}).json()

    assert (new["kind"], new["dispatch"]) == ("logged", None)
    assert new["ticket"] != ticket.number == old["ticket"]


def test_a_recipient_must_be_one(erp: Program, channel: Channel) -> None:
    body = {"channel_id": channel.pk, "to": [{"value": "Elif"}], "text": "Merhaba"}
    refused = erp.post("/tickets", body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/to/0")


def test_a_header_cannot_be_smuggled_in(erp: Program, channel: Channel) -> None:
    body = {
        "channel_id": channel.pk,
        "to": [{"value": "a@b.example"}],
        "subject": "Oi\r\nBcc: x@y.example",
        "text": "x",
    }
    assert erp.post("/tickets", body).json()["errors"][0]["pointer"] == "#/subject"


def test_conversations_and_messages_are_read(erp: Program, message: Message, channel: Channel) -> None:
    for turn in range(4):
        receive(channel, now=timezone.now(), answers=[message.external_id], text=f"E {turn}?")

    (conversation,) = erp.get(f"/tickets/{message.ticket.number}/conversations").json()["rows"]
    assert conversation["participants"][0]["value"] == "ana@example.com"
    assert erp.get(f"/conversations/{conversation['id']}").json() == conversation

    path, texts, cursor = f"/conversations/{conversation['id']}/messages", [], ""
    while cursor is not None:
        page = erp.get(path, limit=2, cursor=cursor).json()
        texts += [row["text"] for row in page["rows"]]
        cursor = page["next_cursor"]
    assert texts == ["Chegou em pedaços.", "E 0?", "E 1?", "E 2?", "E 3?"]


def test_reading_messages_costs_the_same_for_few_and_many(
    erp: Program, message: Message, channel: Channel, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    path = f"/tickets/{message.ticket.number}/messages"
    erp.get("/me")
    with CaptureQueriesContext(connection) as one:
        erp.get(path)
    for turn in range(10):
        receive(channel, now=timezone.now(), answers=[message.external_id], text=f"E {turn}?")
    with django_assert_num_queries(len(one)):
        assert len(erp.get(path).json()["rows"]) == 11


def test_a_note_with_a_file_and_a_colleague(erp: Program, ticket: Ticket, bia: Agent, paper: PaperChannel) -> None:
    photo = SimpleUploadedFile("nota.txt", b"Fornecedor: ok", content_type="text/plain")
    file = erp.upload(f"/tickets/{ticket.number}/attachments", photo).json()
    assert (file["verdict"], file["size"]) == ("safe", 14)

    note = erp.post(
        f"/tickets/{ticket.number}/notes",
        {"text": "Olha isto", "mention_ids": [bia.pk], "attachment_ids": [file["id"]]},
    )

    assert note.status_code == 201
    assert (note.json()["mention_ids"], note.json()["attachments"][0]["id"]) == ([bia.pk], file["id"])
    assert erp.get(f"/tickets/{ticket.number}/notes").json()["rows"] == [note.json()]
    relay()
    assert paper.sent == []
    assert Note.objects.get().agent == bia


def test_an_upload_is_used_once_and_by_its_owner(
    erp: Program, make_program: MakeProgram, ticket: Ticket, message: Message, caio: Agent
) -> None:
    path = f"/tickets/{ticket.number}/attachments"
    file = erp.upload(path, SimpleUploadedFile("nota.txt", b"ok")).json()
    body = {"text": "Oi", "attachment_ids": [file["id"]]}

    refused = make_program(caio).post(f"/conversations/{message.conversation_id}/messages", body)
    assert refused.json()["errors"][0]["pointer"] == "#/attachment_ids/0"
    assert erp.post(f"/conversations/{message.conversation_id}/messages", body).status_code == 201
    assert erp.post(f"/conversations/{message.conversation_id}/messages", body).status_code == 422


def test_a_file_is_fetched_by_its_signed_address(erp: Program, ticket: Ticket) -> None:
    file = erp.upload(
        f"/tickets/{ticket.number}/attachments", SimpleUploadedFile("p.html", b"<script>x</script>")
    ).json()
    url = erp.get(f"/attachments/{file['id']}").json()["download_url"]

    fetched = Client().get(url)

    assert b"".join(fetched.streaming_content) == b"<script>x</script>"
    assert fetched.headers["Content-Disposition"] == 'attachment; filename="p.html"'
    assert fetched.headers["Content-Type"] == "application/octet-stream"
    assert fetched.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in fetched.headers["Content-Security-Policy"]


def test_a_lost_file_is_a_problem_of_its_own(erp: Program, ticket: Ticket, caplog: pytest.LogCaptureFixture) -> None:
    file = erp.upload(f"/tickets/{ticket.number}/attachments", SimpleUploadedFile("lost.txt", b"once here")).json()
    url = erp.get(f"/attachments/{file['id']}").json()["download_url"]
    default_storage.delete(Attachment.objects.get().storage_key)

    answer = Client().get(url)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "does not hold this file" in answer.json()["detail"]
    assert f"Attachment {file['id']} is lost" in caplog.text


def test_a_signed_address_dies_with_its_token_and_is_for_one_file_only(erp: Program, ticket: Ticket) -> None:
    path = f"/tickets/{ticket.number}/attachments"
    one = erp.upload(path, SimpleUploadedFile("1.txt", b"1")).json()["id"]
    two = erp.upload(path, SimpleUploadedFile("2.txt", b"2")).json()["id"]
    url = erp.get(f"/attachments/{one}").json()["download_url"]

    assert Client().get(url.replace(f"attachments/{one}/", f"attachments/{two}/")).status_code == 403
    assert Client().get(url[:-1] + "!").json()["type"] == "urn:balcao:problem:not-permitted"
    erp.token.revoked_at = timezone.now()
    erp.token.save()
    assert Client().get(url).status_code == 403
