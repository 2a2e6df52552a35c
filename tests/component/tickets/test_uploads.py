"""Files that were added to a draft and never sent."""

from datetime import datetime, timedelta

import pytest
from django.core.files.storage import default_storage

from balcao.channels.models import Channel
from balcao.pipeline import clock
from balcao.ports.channel import File, IdentityKind, Party
from balcao.staff.models import Agent
from balcao.testing.factories import receive
from balcao.tickets.actions import noting
from balcao.tickets.actions.files import attach, upload
from balcao.tickets.actions.sending import Writing, forward_message, recall_message
from balcao.tickets.actions.uploads import KEPT, drop_uploads
from balcao.tickets.models import Attachment, Message, Ticket

SECOND = timedelta(seconds=1)


@pytest.fixture
def message(channel: Channel, now: datetime) -> Message:
    taken = receive(channel, now=now, text="Oi")
    assert taken.message
    return taken.message


@pytest.fixture
def ticket(message: Message) -> Ticket:
    return message.ticket


def added(ticket: Ticket, agent: Agent, now: datetime, content: bytes = b"prova", mode: str = "reply") -> Attachment:
    return upload(ticket=ticket, agent=agent, file=File("prova.txt", "text/plain", content), now=now, mode=mode)


def is_there(row: Attachment) -> tuple[bool, bool]:
    return Attachment.objects.filter(pk=row.pk).exists(), default_storage.exists(row.storage_key)


def test_a_file_that_was_never_sent_goes_after_seven_days(ticket: Ticket, bia: Agent, now: datetime) -> None:
    row = added(ticket, bia, now)

    clock.run_due(now=now + KEPT - SECOND)
    assert is_there(row) == (True, True)
    clock.run_due(now=now + KEPT)
    assert is_there(row) == (False, False)


def test_a_file_of_a_draft_stays_with_it_and_seven_days_longer(ticket: Ticket, bia: Agent, now: datetime) -> None:
    # Given a draft with a file, and one of another mode
    row = added(ticket, bia, now)
    noting.save_draft(ticket=ticket, agent=bia, mode="reply", text="Veja", addressing={}, now=now)
    noting.save_draft(ticket=ticket, agent=bia, mode="note", text="Hm", addressing={}, now=now)

    # When its words are deleted a month later
    later = now + timedelta(days=30)
    clock.run_due(now=later)
    noting.save_draft(ticket=ticket, agent=bia, mode="reply", text="", addressing={}, now=later)
    clock.run_due(now=later + SECOND)

    # Then there is still time to write others
    assert is_there(row) == (True, True)
    clock.run_due(now=later + KEPT)
    assert is_there(row) == (False, False)


def test_a_content_that_a_message_holds_too_stays(ticket: Ticket, message: Message, bia: Agent, now: datetime) -> None:
    row = added(ticket, bia, now)
    [held] = attach(message=message, files=(File("outro.txt", "text/plain", b"prova"),), at=now)

    clock.run_due(now=now + KEPT)

    assert is_there(row) == (False, True)
    assert is_there(held) == (True, True)


def test_what_was_sent_stays(ticket: Ticket, message: Message, bia: Agent, now: datetime) -> None:
    row = added(ticket, bia, now, mode="note")
    noting.add_note(ticket=ticket, text="Veja", agent=bia, now=now, upload_ids=[row.pk])

    clock.run_due(now=now + 10 * KEPT)

    assert is_there(row) == (True, True)


def test_one_that_dies_over_it_only_has_to_be_run_again(
    ticket: Ticket, bia: Agent, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a clock that dies right after it deleted a content
    row = added(ticket, bia, now)
    delete = default_storage.delete

    def die_after(key: str) -> None:
        delete(key)
        raise KeyboardInterrupt

    monkeypatch.setattr(default_storage, "delete", die_after)
    with pytest.raises(KeyboardInterrupt):
        clock.run_due(now=now + KEPT)
    monkeypatch.undo()

    # Then nobody can send what is not there any more, and the next turn ends it
    assert is_there(row) == (True, False)
    noting.add_note(ticket=ticket, text="Veja", agent=bia, now=now + KEPT, upload_ids=[row.pk])
    assert Attachment.objects.get(pk=row.pk).note is None
    clock.run_due(now=now + KEPT)
    assert is_there(row) == (False, False)


def test_the_same_content_added_anew_meanwhile_is_not_forgotten(ticket: Ticket, bia: Agent, now: datetime) -> None:
    old = added(ticket, bia, now)
    drop_uploads(ids=[old.pk], agent=bia)
    fresh = added(ticket, bia, now + KEPT)

    clock.run_due(now=now + KEPT)

    assert is_there(old) == (False, True)
    assert is_there(fresh) == (True, True)


def test_only_ones_own_uploads_are_dropped(ticket: Ticket, bia: Agent, caio: Agent, now: datetime) -> None:
    row = added(ticket, bia, now)

    assert drop_uploads(ids=[row.pk], agent=caio) == 0
    clock.run_due(now=now)
    assert is_there(row) == (True, True)


def test_files_of_a_forward_taken_back_are_those_of_its_draft(
    ticket: Ticket, channel: Channel, bia: Agent, now: datetime
) -> None:
    row = added(ticket, bia, now, mode="forward")
    carrier = Party(IdentityKind.EMAIL, "sac@carrier.example", "Carrier")
    writing = Writing("Onde está?", to=(carrier,), upload_ids=(row.pk,))
    later = now + 2 * KEPT
    sent = forward_message(ticket=ticket, channel=channel, writing=writing, agent=bia, now=later)

    assert recall_message(message=sent, agent=bia, now=later + SECOND)
    noting.save_draft(ticket=ticket, agent=bia, mode="forward", text="", addressing={}, now=later + SECOND)
    clock.run_due(now=later + 2 * SECOND)

    row.refresh_from_db()
    assert (row.message, row.upload_mode, row.upload_ticket) == (None, "forward", ticket)
