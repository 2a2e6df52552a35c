"""Writing: replies with their guards, notes, forwards, drafts, files, and taking back."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from balcao.automation.actions import save_macro
from balcao.automation.types import Deed, Step
from balcao.channels.models import Channel, Dispatch
from balcao.channels.types import DispatchState
from balcao.journal.types import SYSTEM
from balcao.staff.models import Agent
from balcao.tickets.models import Draft, Message, Ticket
from balcao.tickets.types import Direction, Status


@pytest.fixture
def ticket(arrive: Callable[..., Message]) -> Ticket:
    return arrive(copied=["porter@example.com"]).ticket


def answers(ticket: Ticket) -> list[Message]:
    return list(Message.objects.filter(ticket=ticket, direction=Direction.OUT, is_recalled=False).order_by("id"))


def test_a_reply_is_queued_to_the_customer(desk: Client, bia: Agent, ticket: Ticket) -> None:
    desk.post(f"/tickets/{ticket.number}/reply/", {"text": "We send new ones.", "to": "ana@example.com"})

    [message] = answers(ticket)
    ticket.refresh_from_db()
    assert message.text == "We send new ones."
    assert message.dispatch is not None
    assert message.dispatch.outbound["to"][0]["value"] == "ana@example.com"
    assert (ticket.status, ticket.assignee) == (Status.WAITING, bia)


def test_send_and_solve(desk: Client, ticket: Ticket) -> None:
    desk.post(f"/tickets/{ticket.number}/reply/", {"text": "Done.", "then": "solve"})

    ticket.refresh_from_db()
    assert ticket.status == Status.SOLVED


def test_a_forgotten_attachment_is_asked_about_once(desk: Client, ticket: Ticket) -> None:
    text = {"text": "Segue em anexo a etiqueta."}

    asked = desk.post(f"/tickets/{ticket.number}/reply/", text)
    sent = desk.post(f"/tickets/{ticket.number}/reply/", {**text, "sure": "1"})

    assert asked.status_code == 422
    assert "Segue em anexo a etiqueta." in asked.content.decode()
    assert sent.status_code == 302
    assert len(answers(ticket)) == 1


def test_an_answer_to_what_one_has_not_seen_is_held_back(
    desk: Client, ticket: Ticket, arrive: Callable[..., Message]
) -> None:
    seen = ticket.messages.get()
    arrive(minutes=0, text="Never mind!", answers=[seen.external_id])

    answer = desk.post(f"/tickets/{ticket.number}/reply/", {"text": "We send new ones.", "seen": seen.pk})

    assert answer.status_code == 422
    assert "Something new came in" in answer.content.decode()
    assert answers(ticket) == []


def test_a_wrong_address_is_named_and_nothing_is_lost(desk: Client, ticket: Ticket) -> None:
    answer = desk.post(f"/tickets/{ticket.number}/reply/", {"text": "My words", "to": "ana at example"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "is not an e-mail address" in page
    assert "My words" in page


def test_reply_to_all_names_everybody_but_ourselves(desk: Client, ticket: Ticket) -> None:
    part = desk.get(f"/tickets/{ticket.number}/compose/?write=reply&all=1", headers={"HX-Request": "true"})

    page = part.content.decode()
    cc = page.split('name="cc"')[1].split('value="')[1].split('"')[0]
    assert cc == "porter@example.com"


def test_ten_seconds_to_take_a_reply_back(desk: Client, bia: Agent, ticket: Ticket) -> None:
    page = desk.post(f"/tickets/{ticket.number}/reply/", {"text": "Oops"}, follow=True).content.decode()

    desk.post(page.split('data-undo="')[1].split('"')[0])

    assert answers(ticket) == []
    assert Draft.objects.get(ticket=ticket, agent=bia).text == "Oops"
    assert "Oops" in desk.get(f"/tickets/{ticket.number}/").content.decode()


def test_a_failed_send_is_red_and_can_be_tried_again(desk: Client, ticket: Ticket) -> None:
    desk.post(f"/tickets/{ticket.number}/reply/", {"text": "Hello"})
    [message] = answers(ticket)
    Dispatch.objects.update(state=DispatchState.FAILED, error="Mailbox full.")

    page = desk.get(f"/tickets/{ticket.number}/").content.decode()
    desk.post(f"/messages/{message.pk}/retry/")

    assert "Not sent: Mailbox full." in page
    assert Dispatch.objects.get().state == DispatchState.QUEUED


def test_a_note_tells_the_colleague_it_names(desk: Client, caio: Agent, ticket: Ticket) -> None:
    desk.post(f"/tickets/{ticket.number}/note/", {"text": "Look here, @caio"})

    note = ticket.notes.get()
    assert list(note.mentions.all()) == [caio]
    assert Dispatch.objects.count() == 0


def test_a_draft_is_kept_and_seen_by_colleagues(
    desk: Client, caio: Agent, ticket: Ticket, sign_in: Callable[[Agent], Client]
) -> None:
    kept = desk.post(f"/tickets/{ticket.number}/draft/", {"mode": "reply", "text": "I would say"})

    theirs = sign_in(caio).get(f"/tickets/{ticket.number}/").content.decode()

    assert kept.content.decode().startswith("saved ")
    assert "Bia has begun an answer" in theirs
    assert "I would say" in theirs


def test_files_travel_with_the_reply(desk: Client, ticket: Ticket) -> None:
    chip = desk.post(
        f"/tickets/{ticket.number}/files/", {"mode": "reply", "file": SimpleUploadedFile("label.txt", b"label")}
    )
    pk = chip.content.decode().split('value="')[1].split('"')[0]

    desk.post(f"/tickets/{ticket.number}/reply/", {"text": "See the attachment.", "file": [pk]})

    [message] = answers(ticket)
    assert [file.name for file in message.attachments.all()] == ["label.txt"]


def test_nobody_sends_another_agents_upload(
    desk: Client, caio: Agent, ticket: Ticket, sign_in: Callable[[Agent], Client]
) -> None:
    chip = sign_in(caio).post(
        f"/tickets/{ticket.number}/files/", {"mode": "reply", "file": SimpleUploadedFile("his.txt", b"x")}
    )
    pk = chip.content.decode().split('value="')[1].split('"')[0]

    desk.post(f"/tickets/{ticket.number}/reply/", {"text": "Hello", "file": [pk]})

    [message] = answers(ticket)
    assert message.attachments.count() == 0


def test_a_forward_goes_to_somebody_outside(desk: Client, ticket: Ticket) -> None:
    opened = desk.get(f"/tickets/{ticket.number}/compose/?write=forward", headers={"HX-Request": "true"})

    fields = {"text": "Can you help?", "to": "carrier@example.com", "subject": "Fwd: plates"}
    desk.post(f"/tickets/{ticket.number}/forward/", fields)

    [message] = answers(ticket)
    assert "They came in pieces." in opened.content.decode()
    assert message.dispatch is not None
    assert message.dispatch.outbound["to"][0]["value"] == "carrier@example.com"


def test_a_macro_brings_its_text_filled_and_its_steps(desk: Client, bia: Agent, ticket: Ticket) -> None:
    macro = save_macro(
        macro=None,
        name="Thanks",
        texts={"pt-BR": "Obrigado, {customer.first_name}!", "en": "Thanks, {customer.first_name}!"},
        steps=[Step(Deed.PRIORITY, priority="high")],
        actor=SYSTEM,
        now=timezone.now(),
    )

    offered = desk.get(f"/tickets/{ticket.number}/macros/?q=tha").content.decode()
    desk.post(f"/tickets/{ticket.number}/reply/", {"text": "Thanks, Marina!", "macro": [macro.pk]})

    ticket.refresh_from_db()
    assert "Marina!" in offered
    assert ticket.priority == "high"


def test_the_shop_writes_first(desk: Client, channel: Channel) -> None:
    answer = desk.post("/start/", {"to": "new@example.com", "subject": "Your order", "text": "It left today."})

    ticket = Ticket.objects.get()
    assert answer["Location"] == f"/tickets/{ticket.number}/"
    assert ticket.identity.value == "new@example.com"


def test_a_call_is_written_down(desk: Client, channel: Channel) -> None:
    fields = {
        "name": "Dona Rosa",
        "kind": "phone",
        "value": "+55 81 98842-2210",
        "subject": "Kettle",
        "text": "Where is it?",
    }

    desk.post("/log/", fields)

    ticket = Ticket.objects.get()
    assert ticket.messages.get().text == "Where is it?"
    assert ticket.identity.kind == "phone"


def test_a_notes_file_never_travels_with_a_reply(desk: Client, ticket: Ticket) -> None:
    sent = {"mode": "note", "file": SimpleUploadedFile("margin.txt", b"what it cost us")}
    chip = desk.post(f"/tickets/{ticket.number}/files/", sent).content.decode()
    pk = chip.split('value="')[1].split('"')[0]

    drawn = desk.get(f"/tickets/{ticket.number}/?write=reply").content.decode()
    desk.post(f"/tickets/{ticket.number}/reply/", {"text": "Hello", "file": [pk]})

    [message] = answers(ticket)
    assert "margin.txt" not in drawn
    assert message.attachments.count() == 0


def test_the_answer_goes_to_the_conversation_that_was_chosen(
    desk: Client, ticket: Ticket, arrive: Callable[..., Message]
) -> None:
    other = arrive(subject="From work", name="Marina", **{"from": "marina@office.example"}).ticket
    desk.post(f"/tickets/{other.number}/merge/", {"into": ticket.number, "sure": "1"})
    office = ticket.conversations.get(identity__value="marina@office.example")

    offered = desk.get(f"/tickets/{ticket.number}/conversations/").content.decode()
    page = desk.get(
        f"/tickets/{ticket.number}/compose/?write=reply&conversation={office.pk}", headers={"HX-Request": "true"}
    ).content.decode()
    desk.post(f"/tickets/{ticket.number}/reply/", {"text": "Hello", "conversation": office.pk})

    [message] = answers(ticket)
    assert "From work" in offered
    assert "marina@office.example" in page
    assert message.conversation == office
