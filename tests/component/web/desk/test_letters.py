"""Letters whole: their HTML in a frame that can do nothing, pictures encoded anew, the original, attachments."""

import io
from collections.abc import Callable

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from PIL import Image

from balcao.ports.channel import File
from balcao.tickets.actions.files import attach
from balcao.tickets.models import Message


@pytest.fixture
def letter(arrive: Callable[..., Message]) -> Message:
    return arrive(
        html="<p onclick=x()>Hello <b>there</b><img src='http://spy.example/a.png'><script>alert(1)</script></p>"
    )


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "#c99c66").save(made, "PNG")
    return made.getvalue()


def test_the_frame_shows_safe_markup_under_a_policy_of_its_own(desk: Client, letter: Message) -> None:
    answer = desk.get(f"/messages/{letter.pk}/html/")

    page = answer.content.decode()
    assert "<b>there</b>" in page
    assert not any(bad in page for bad in ("script>", "onclick", "spy.example"))
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_pictures_from_elsewhere_come_through_the_proxy_when_asked_for(desk: Client, letter: Message) -> None:
    page = desk.get(f"/messages/{letter.pk}/html/?images=1").content.decode()

    assert "spy.example" not in page
    assert 'src="/live/picture/' in page


def test_the_page_holds_the_frame_in_a_sandbox_without_scripts(desk: Client, letter: Message) -> None:
    page = desk.get(f"/messages/{letter.pk}/").content.decode()

    frame = page.split("<iframe")[1].split(">")[0]
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame


def test_an_attachment_is_handed_out_to_be_saved_only(desk: Client, letter: Message) -> None:
    [row] = attach(message=letter, files=(File("page.html", "text/html", b"<script>"),), at=timezone.now())

    answer = desk.get(f"/files/{row.pk}/")

    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == b"<script>"


def test_a_lost_file_is_said_to_be_lost(desk: Client, letter: Message, caplog: pytest.LogCaptureFixture) -> None:
    # Given a picture whose content the storage does not hold any more
    [row] = attach(message=letter, files=(File("foto.png", "image/png", picture()),), at=timezone.now())
    default_storage.delete(row.storage_key)

    # When it is asked for as a file and as a picture
    answer = desk.get(f"/files/{row.pk}/")
    shown = desk.get(f"/files/{row.pk}/picture/")

    # Then both say so, and the log says which
    assert (answer.status_code, shown.status_code) == (404, 404)
    assert "“foto.png”" in answer.content.decode()
    assert f"/tickets/{letter.ticket.number}/" in answer.content.decode()
    assert caplog.text.count(f"Attachment {row.pk} is lost") == 2


def test_a_picture_is_encoded_anew(desk: Client, letter: Message) -> None:
    [row] = attach(message=letter, files=(File("photo.png", "image/png", picture()),), at=timezone.now())

    answer = desk.get(f"/files/{row.pk}/picture/")

    assert answer["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (40, 30)


def test_what_is_no_picture_is_not_shown(desk: Client, letter: Message) -> None:
    [row] = attach(message=letter, files=(File("photo.png", "image/png", b"<svg onload=x()>"),), at=timezone.now())

    assert desk.get(f"/files/{row.pk}/picture/").status_code == 404


def test_a_picture_of_the_letter_is_shown_by_a_signed_address(desk: Client, letter: Message) -> None:
    file = File("logo.png", "image/png", picture(), content_id="logo@shop", inline=True)
    attach(message=letter, files=(file,), at=timezone.now())
    letter.letter.html = '<img src="cid:logo@shop">'
    letter.letter.save()

    page = desk.get(f"/messages/{letter.pk}/html/").content.decode()
    address = page.split('src="')[1].split('"')[0]

    assert Client().get(address)["Content-Type"] == "image/png"
    assert Client().get(address[:-3] + "x/").status_code == 404


def test_the_original_is_as_it_came(desk: Client, letter: Message) -> None:
    page = desk.get(f"/messages/{letter.pk}/original/").content.decode()
    download = desk.get(f"/messages/{letter.pk}/original/?download=1")

    assert "They came in pieces." in page
    assert download["Content-Disposition"].startswith("attachment")
