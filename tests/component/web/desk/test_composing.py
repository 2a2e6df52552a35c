"""Writing: replies with their guards, notes, forwards, drafts, files, and taking back."""

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from balcao.automation.actions import save_macro
from balcao.automation.types import Deed, Step
from balcao.channels.models import Channel, Dispatch
from balcao.channels.types import DispatchState
from balcao.customers.actions import identify, mark_bounce
from balcao.journal.types import SYSTEM
from balcao.ports.channel import IdentityKind, Party
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.tickets.actions import changing
from balcao.tickets.models import Draft, Message, Ticket
from balcao.tickets.types import Direction, Priority, Status


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


def form_of(page: str) -> dict[str, str]:
    """Return the hidden values of the composer on a page."""
    form = page.split('id="composer"')[1].split("</form>", maxsplit=1)[0]
    return dict(re.findall(r'name="(key|seen|told|conversation)"\s+value="([^"]*)"', form))


@pytest.mark.parametrize("more", [{}, {"sure": "1"}])
def test_a_form_that_is_sent_twice_is_one_answer(
    more: dict[str, str], desk: Client, bia: Agent, ticket: Ticket, shop: Shop
) -> None:
    # Given a composer with a file, in a browser without scripts, and a macro that gives the ticket to its agent
    step = Step(do=Deed.PRIORITY, priority="urgent")
    macro = save_macro(
        macro=None, name="Urgent", texts={}, steps=[step], shop=shop, agent=None, actor=SYSTEM, now=timezone.now()
    )
    form = form_of(desk.get(f"/tickets/{ticket.number}/").content.decode()) | more

    # When it is sent, somebody changes what the macro did, and the same form comes again
    for priority in ("normal", "low"):
        ticket.refresh_from_db()
        changing.set_priority(ticket=ticket, priority=Priority(priority), agent=bia, now=timezone.now())
        file = SimpleUploadedFile("foto.txt", b"photo")
        facts = {**form, "text": "See attached.", "macro": str(macro.pk), "file": file, "then": "send"}
        sent = desk.post(f"/tickets/{ticket.number}/reply/", facts)
        assert sent.status_code == 302

    # Then there is one answer with one file, nothing is left in the composer, and the macro ran once
    [message] = answers(ticket)
    assert message.attachments.count() == 1
    assert "foto.txt" not in desk.get(f"/tickets/{ticket.number}/").content.decode().split('id="composer"')[1]
    ticket.refresh_from_db()
    assert ticket.priority == Priority.LOW


def test_other_words_on_the_same_form_are_another_answer(desk: Client, ticket: Ticket) -> None:
    form = form_of(desk.get(f"/tickets/{ticket.number}/").content.decode()) | {"sure": "1"}

    for text in ("One", "Two"):
        desk.post(f"/tickets/{ticket.number}/reply/", {**form, "text": text})
    again = form_of(desk.get(f"/tickets/{ticket.number}/").content.decode())
    desk.post(f"/tickets/{ticket.number}/reply/", {**again, "text": "Two"})

    assert [message.text for message in answers(ticket)] == ["One", "Two", "Two"]


def test_what_was_taken_back_can_be_sent_again_from_the_same_form(desk: Client, bia: Agent, ticket: Ticket) -> None:
    form = form_of(desk.get(f"/tickets/{ticket.number}/").content.decode()) | {"text": "Oops"}
    desk.post(f"/tickets/{ticket.number}/reply/", form)
    [first] = answers(ticket)
    desk.post(f"/messages/{first.pk}/recall/")

    desk.post(f"/tickets/{ticket.number}/reply/", form)

    assert [message.text for message in answers(ticket)] == ["Oops"]
    assert answers(ticket) != [first]


def test_a_file_that_is_too_large_is_named_instead_of_left_out(
    desk: Client, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("balcao.web.desk.views.uploading.LARGEST", 10)
    for kind in ("reply", "note", "forward"):
        file = SimpleUploadedFile("filme.mp4", b"x" * 11)
        facts = {"text": "Veja", "to": "ana@example.com", "file": file}
        answer = desk.post(f"/tickets/{ticket.number}/{kind}/", facts)
        assert answer.status_code == 422
        assert "Too large to attach: filme.mp4" in answer.content.decode()
    assert answers(ticket) == []


def bounced(address: str) -> None:
    party = Party(IdentityKind.EMAIL, address)
    now = timezone.now()
    identity = identify(party=party, scope="", region="BR", language="", proven=None, now=now)
    mark_bounce(identity=identity, permanent=True, now=now)


def test_an_address_whose_mail_came_back_is_named_under_the_recipients(desk: Client, ticket: Ticket) -> None:
    words = "Earlier mail to ana@example.com came back as undeliverable."
    assert words not in desk.get(f"/tickets/{ticket.number}/").content.decode()
    bounced("ana@example.com")

    page = desk.get(f"/tickets/{ticket.number}/").content.decode()
    facts = form_of(page) | {"text": "We send new ones.", "to": "ana@example.com"}
    sent = desk.post(f"/tickets/{ticket.number}/reply/", facts)

    assert words in page
    assert sent.status_code == 302, "it was said already"
    assert len(answers(ticket)) == 1


@pytest.mark.parametrize("kind", ["reply", "forward"])
def test_a_typed_address_whose_mail_came_back_is_asked_about_once(kind: str, desk: Client, ticket: Ticket) -> None:
    bounced("lost@example.com")
    facts = {"text": "We send new ones.", "to": "porter@example.com", "cc": "Lost <LOST@example.com>"}

    asked = desk.post(f"/tickets/{ticket.number}/{kind}/", facts)
    sent = desk.post(f"/tickets/{ticket.number}/{kind}/", {**facts, "sure": "1"})

    assert asked.status_code == 422
    assert "Earlier mail to lost@example.com came back" in asked.content.decode()
    assert sent.status_code == 302
    assert len(answers(ticket)) == 1


def test_writing_first_to_an_address_whose_mail_came_back_is_asked_about_once(desk: Client, channel: Channel) -> None:
    bounced("lost@example.com")
    facts = {"to": "lost@example.com", "subject": "Your order", "text": "Hello", "language": "en"}

    asked = desk.post("/start/", facts)
    told = re.search(r'name="told"\s+value="([^"]*)"', asked.content.decode())
    assert told
    sent = desk.post("/start/", {**facts, "told": told[1]})

    assert asked.status_code == 422
    assert sent.status_code == 302
    assert Ticket.objects.count() == 1


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


def test_why_a_message_was_not_sent_is_said_in_the_readers_language(
    desk: Client, ticket: Ticket, channel: Channel
) -> None:
    desk.post(f"/tickets/{ticket.number}/reply/", {"text": "Hello"})
    error = "The server refuses the login. Check the user name and the password.\n535 no"
    Dispatch.objects.update(state="failed", error=error)
    Agent.objects.update(language="tr")
    page = desk.get(f"/tickets/{ticket.number}/").content.decode()
    assert "Sunucu oturumu reddediyor." in page
    assert "535 no" in page


def test_how_a_contact_came_is_said_in_list_and_ticket(desk: Client, channel: Channel) -> None:
    form = desk.get("/log/").content.decode()
    assert '<option value="hakem_heyeti">' in form
    fields = {"source": "reclame_aqui", "name": "Dona Rosa", "subject": "Kettle", "text": "It leaks."}
    desk.post("/log/", fields)
    ticket = Ticket.objects.get()
    assert "through Reclame Aqui" in desk.get(f"/tickets/{ticket.number}/").content.decode()
    assert "#i-flag" in desk.get("/in/ours/").content.decode()
    desk.post("/log/", {**fields, "source": "nowhere", "text": "It leaks still."})
    assert Ticket.objects.latest("pk").channel_kinds == ["logged"]


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
