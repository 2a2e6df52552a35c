"""A customer's page of a matter: what the link shows and opens, what the code adds, and that all is done once."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from balcao.commerce.models import Order
from balcao.commerce.queries import order_value
from balcao.deadlines.models import Clock
from balcao.deadlines.types import ClockKind
from balcao.jobs import backend as jobs
from balcao.ports import registry
from balcao.ports.channel import Outbound
from balcao.processes.models import FieldFile, Forward, Process
from balcao.processes.queries.cases import case_address, case_token
from balcao.processes.queries.courses import last_visit
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_shop, receive
from balcao.tickets.actions import changing
from balcao.tickets.actions.noting import add_note
from balcao.tickets.actions.sending import Writing, send_message
from balcao.tickets.models import Attachment, Conversation, Message, Ticket
from balcao.tickets.types import Direction, Status
from tests.component.pipeline.stage_desk import StageDesk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def desk() -> StageDesk:
    return StageDesk()


@pytest.fixture
def ana(client: Client) -> Client:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def page_of(process: Process, *more: str) -> str:
    return reverse("orders:case", args=[process.shop.slug, case_token(process)]) + "".join(more)


def words_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode().replace("\N{NO-BREAK SPACE}", " "))


def visit_of(process: Process) -> str:
    return str(last_visit(process).pk)


def a_photo(name: str = "prato.png", colour: str = "red") -> BytesIO:
    made = BytesIO()
    Image.new("RGB", (8, 8), colour).save(made, "PNG")
    made.seek(0)
    made.name = name
    return made


def waiting_for_photos(desk: StageDesk) -> Process:
    process = desk.begin("damaged_in_transport")
    desk.go(process, "ask_photos", now=timezone.now())
    process.refresh_from_db()
    return process


def waiting_for_a_choice(desk: StageDesk) -> Process:
    """Let a parcel be lost, so that Ana is to choose."""
    process = desk.begin("late_or_lost_parcel")
    desk.go(process, "ask_carrier", now=timezone.now())
    desk.go(process, "lost", fields={"parcel_state": "lost"}, now=timezone.now())
    process.refresh_from_db()
    return process


def letters() -> list[Outbound]:
    """Return what left by the shop's mailbox."""
    paper = registry.channel("paper")
    assert isinstance(paper, PaperChannel)
    return paper.sent


def verify(client: Client, process: Process, **more: str) -> Any:
    """Let Ana ask for the code and type it."""
    client.post(page_of(process, "code/"), more)
    while jobs.run_due(worker="test"):
        pass
    code = re.search(r"\b(\d{3} \d{3})\b", letters()[-1].text)
    assert code
    return client.post(page_of(process, "verify/"), {"code": code[1], **more})


# --- What the link shows ----------------------------------------------------------------------------------------------


def test_the_link_shows_stage_words_and_promise_and_nothing_that_was_said(ana: Client, desk: StageDesk) -> None:
    process = desk.begin("return", fields={"reason": "defective"})
    desk.work()

    page = words_of(ana.get(page_of(process)))

    assert "settled by" in page
    assert "On time" in page
    assert "2 pieces" in page
    for secret in ("quero devolver", "Caneca", "Laranjeiras", "ana@example.com"):
        assert secret not in page


def test_the_page_is_kept_by_nobody_and_framed_nowhere(ana: Client, desk: StageDesk) -> None:
    answer = ana.get(page_of(desk.begin("return")))

    assert answer.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_a_link_opens_its_own_matter_in_its_own_shop_only(ana: Client, desk: StageDesk) -> None:
    process = desk.begin("return")
    other = make_shop("outra", languages=["en"])
    token = case_token(process)
    signature = token.partition("-")[2]

    assert ana.get(reverse("orders:case", args=[other.slug, token])).status_code == 404
    assert ana.get(reverse("orders:case", args=[desk.shop.slug, f"{process.pk + 1}-{signature}"])).status_code == 404
    for name, more in (("matter_say", []), ("matter_do", ["cancel"]), ("matter_code", []), ("matter_verify", [])):
        address = reverse(f"orders:{name}", args=[desk.shop.slug, f"{process.pk}-aaaaaaaaaa", *more])
        assert ana.post(address).status_code == 404


def test_a_link_ends_half_a_year_after_its_matter(ana: Client, desk: StageDesk) -> None:
    process = desk.begin("return")
    Process.objects.filter(pk=process.pk).update(state="ended", ended_at=timezone.now() - timedelta(days=181))

    answer = ana.get(page_of(process))

    assert answer.status_code == 410
    assert "This link is over" in words_of(answer)


def test_a_broken_promise_is_said(ana: Client, desk: StageDesk) -> None:
    process = desk.begin("return", fields={"reason": "defective"})
    desk.work()
    past = timezone.now() - timedelta(days=2)
    Clock.objects.filter(ticket_id=desk.ticket.pk, kind=ClockKind.RESOLUTION).update(due_at=past, breached_at=past)

    page = words_of(ana.get(page_of(process)))

    assert "we have not kept it. We are sorry." in page
    assert "settled by" not in page
    assert "On time" not in page


def test_somebody_else_than_the_orders_customer_is_told_nothing_of_the_order(ana: Client, desk: StageDesk) -> None:
    receive(desk.channel, now=timezone.now(), subject="Pedido 1001", **{"from": "eve@example.com"})
    desk.ticket = Ticket.objects.order_by("-pk")[0]
    process = desk.begin("return", fields={"reason": "defective"})

    page = words_of(ana.get(page_of(process)))

    assert "2 pieces" not in page
    assert "1001" not in page
    assert "Read what was said so far" not in page


# --- Saying -----------------------------------------------------------------------------------------------------------


def test_an_answer_stands_on_the_same_ticket_once(ana: Client, desk: StageDesk) -> None:
    process = desk.begin("return", fields={"reason": "defective"})
    desk.work()
    form = {"message": "Cartão 4111 1111 1111 1111, esqueci.", "key": "k1"}

    first = ana.post(page_of(process, "say/"), form)
    ana.post(page_of(process, "say/"), form)

    assert first.status_code == 302
    said = Message.objects.filter(ticket=desk.ticket, direction=Direction.IN).order_by("pk")[1:]
    assert [one.proof for one in said] == ["claimed"]
    assert "4111 1111" not in said[0].text
    assert not said[0].is_stranger
    assert Ticket.objects.count() == 1


def test_files_of_an_answer_come_along_and_are_judged(ana: Client, desk: StageDesk) -> None:
    process = desk.begin("return", fields={"reason": "defective"})
    program = BytesIO(b"MZ\x90\x00" + b"\0" * 200)
    program.name = "foto.exe"

    ana.post(page_of(process, "say/"), {"message": "Veja.", "key": "k", "files": [a_photo(), program]})

    judged = dict(Attachment.objects.values_list("name", "verdict"))
    assert judged == {"prato.png": "safe", "foto.exe": "dangerous"}


def test_nothing_said_and_too_much_said_are_refused(ana: Client, desk: StageDesk) -> None:
    process = desk.begin("return")

    assert ana.post(page_of(process, "say/"), {"key": "k"}).status_code == 422
    answers = [ana.post(page_of(process, "say/"), {"message": "Oi", "key": str(n)}).status_code for n in range(21)]

    assert answers[:20] == [302] * 20
    assert answers[20] == 429


def test_after_the_code_the_conversation_is_read_and_never_a_note(ana: Client, desk: StageDesk) -> None:
    process = desk.begin("return", fields={"reason": "defective"})
    desk.work()
    talk = Conversation.objects.get(ticket=desk.ticket)
    send_message(
        conversation=talk, writing=Writing(text="Já vimos."), agent=desk.caio, now=timezone.now(), undo=timedelta()
    )
    add_note(ticket=desk.ticket, text="Parece fraude.", agent=desk.caio, now=timezone.now())

    answer = verify(ana, process)
    page = words_of(ana.get(page_of(process)))

    assert answer.status_code == 302
    assert "Já vimos." in page
    assert "Caneca" in page
    assert "fraude" not in page


def test_a_wrong_code_opens_nothing(ana: Client, desk: StageDesk) -> None:
    process = desk.begin("return", fields={"reason": "defective"})
    ana.post(page_of(process, "code/"))

    answer = ana.post(page_of(process, "verify/"), {"code": "000 000"})

    assert answer.status_code == 422
    assert "This code is wrong or too old." in words_of(answer)
    assert "Caneca" not in words_of(ana.get(page_of(process)))


def test_what_is_said_after_the_code_is_proven(ana: Client, desk: StageDesk) -> None:
    process = desk.begin("return", fields={"reason": "defective"})
    verify(ana, process)

    ana.post(page_of(process, "say/"), {"message": "Sou eu.", "key": "k"})

    assert Message.objects.order_by("-pk")[0].proof == "proven"


def test_files_are_handed_out_after_the_code_only(ana: Client, desk: StageDesk) -> None:
    process = desk.begin("return", fields={"reason": "defective"})
    ana.post(page_of(process, "say/"), {"message": "Veja.", "key": "k", "files": [a_photo()]})
    row = Attachment.objects.get()

    assert ana.get(page_of(process, f"files/{row.pk}/")).status_code == 404
    verify(ana, process)
    answer = ana.get(page_of(process, f"files/{row.pk}/"))

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.getvalue().startswith(b"\x89PNG")
    assert ana.get(page_of(process, f"files/{row.pk + 1}/")).status_code == 404


# --- Doing ------------------------------------------------------------------------------------------------------------


def test_photos_land_in_their_field_and_on_the_ticket_and_it_goes_on(ana: Client, desk: StageDesk) -> None:
    process = waiting_for_photos(desk)
    assert "It is your turn" in words_of(ana.get(page_of(process)))
    form = {"visit": visit_of(process), "key": "k", "f-photos": [a_photo(), a_photo("caixa.png", "blue")]}

    answer = ana.post(page_of(process, "do/send_photos/"), form)

    assert answer.status_code == 302
    process.refresh_from_db()
    assert process.stage == "assessing"
    files = list(Attachment.objects.order_by("pk").values_list("pk", flat=True))
    assert process.fields["photos"] == files
    assert FieldFile.objects.filter(process=process, field="photos").count() == 2
    assert Message.objects.filter(attachments__in=files, ticket=desk.ticket).distinct().count() == 1
    assert Forward.objects.get(transition="send_photos").agent is None


def test_the_same_form_again_is_the_same_deed(ana: Client, desk: StageDesk) -> None:
    process = waiting_for_photos(desk)
    form = {"visit": visit_of(process), "key": "k"}

    first = ana.post(page_of(process, "do/send_photos/"), {**form, "f-photos": [a_photo()]})
    again = ana.post(page_of(process, "do/send_photos/"), {**form, "f-photos": [a_photo()]})

    assert (first.status_code, again.status_code) == (302, 302)
    assert Attachment.objects.count() == 1
    assert Forward.objects.filter(transition="send_photos").count() == 1


@pytest.mark.parametrize("files", [[], ["text"]])
def test_what_is_no_photo_is_refused_with_words(files: list[str], ana: Client, desk: StageDesk) -> None:
    process = waiting_for_photos(desk)
    sent = BytesIO(b"only words")
    sent.name = "foto.png"
    form: dict[str, Any] = {"visit": visit_of(process), "key": "k", **({"f-photos": [sent]} if files else {})}

    answer = ana.post(page_of(process, "do/send_photos/"), form)

    assert answer.status_code == 422
    assert ("is no photo" if files else "at least one photo") in words_of(answer)
    assert not Attachment.objects.exists()
    process.refresh_from_db()
    assert process.stage == "photos_asked"


def test_the_second_of_two_tabs_is_told_and_its_photos_are_kept(ana: Client, desk: StageDesk) -> None:
    process = waiting_for_photos(desk)
    visit = visit_of(process)
    ana.post(page_of(process, "do/without_photos/"), {"visit": visit, "key": "one"})

    answer = ana.post(page_of(process, "do/send_photos/"), {"visit": visit, "key": "two", "f-photos": [a_photo()]})

    assert answer.status_code == 409
    assert "This has changed since you opened the page." in words_of(answer)


def test_a_choice_needs_the_code_and_is_asked_once_more(ana: Client, desk: StageDesk) -> None:
    process = waiting_for_a_choice(desk)
    assert process.stage == "choosing"
    form = {"visit": visit_of(process), "key": "k", "f-remedy": "refund"}

    locked = ana.post(page_of(process, "do/choose/"), form)
    back = verify(ana, process, then="choose")
    asked = ana.post(page_of(process, "do/choose/"), form)
    process.refresh_from_db()
    before = process.stage
    done = ana.post(page_of(process, "do/choose/"), {**form, "sure": "1"})

    assert locked.status_code == 403
    assert "make sure that it is you" in words_of(locked)
    assert "/do/choose/" in back["Location"]
    assert "Is that right?" in words_of(asked)
    assert before == "choosing"
    assert done.status_code == 302
    process.refresh_from_db()
    assert process.fields["remedy"] == "refund"
    assert process.stage != "choosing"


def test_of_two_choices_the_first_stands_and_the_second_is_told(ana: Client, desk: StageDesk) -> None:
    process = waiting_for_a_choice(desk)
    verify(ana, process)
    form = {"visit": visit_of(process), "sure": "1"}
    ana.post(page_of(process, "do/choose/"), {**form, "key": "one", "f-remedy": "refund"})

    answer = ana.post(page_of(process, "do/choose/"), {**form, "key": "two", "f-remedy": "resend"})

    assert answer.status_code == 409
    process.refresh_from_db()
    assert process.fields["remedy"] == "refund"


def test_a_choice_that_does_not_exist_is_refused(ana: Client, desk: StageDesk) -> None:
    process = waiting_for_a_choice(desk)
    verify(ana, process)

    answer = ana.post(
        page_of(process, "do/choose/"), {"visit": visit_of(process), "key": "k", "sure": "1", "f-remedy": "gold"}
    )

    assert answer.status_code == 422
    assert "Please check this." in words_of(answer)


def test_withdrawing_needs_the_code_and_a_reason(ana: Client, desk: StageDesk) -> None:
    process = waiting_for_photos(desk)
    form = {"visit": visit_of(process), "key": "k"}
    assert ana.post(page_of(process, "do/cancel/"), {**form, "reason": "keeps_it"}).status_code == 403
    verify(ana, process)

    refused = ana.post(page_of(process, "do/cancel/"), form)
    done = ana.post(page_of(process, "do/cancel/"), {**form, "reason": "keeps_it"})

    assert refused.status_code == 422
    assert done.status_code == 302
    process.refresh_from_db()
    assert (process.stage, process.outcome) == ("cancelled", "cancelled")


def test_a_tracking_code_is_told_by_the_link_alone(ana: Client, desk: StageDesk) -> None:
    facts = {"within_policy": True, "needs_review": False}
    process = desk.begin("return", fields={"reason": "regret"}, facts=facts)
    desk.go(process, "label_by_hand", fields={"return_code": "RMA-1"}, now=timezone.now())
    process.refresh_from_db()

    answer = ana.post(
        page_of(process, "do/posted/"), {"visit": visit_of(process), "key": "k", "f-tracking": "QB123456789BR"}
    )

    assert answer.status_code == 302
    process.refresh_from_db()
    assert (process.stage, process.fields["tracking"]) == ("in_transit", "QB123456789BR")


def test_what_was_possible_before_says_until_when(ana: Client, desk: StageDesk) -> None:
    facts = {"within_policy": True, "needs_review": False}
    process = desk.begin("return", fields={"reason": "regret"}, facts=facts)
    desk.go(process, "label_by_hand", fields={"return_code": "RMA-1"}, now=timezone.now())
    desk.go(process, "receive", now=timezone.now())
    process.refresh_from_db()

    page = words_of(ana.get(page_of(process)))

    assert "This was possible until" in page
    assert ana.post(page_of(process, "do/cancel/"), {"visit": visit_of(process), "key": "k"}).status_code == 409


def test_ways_of_the_shop_are_not_the_customers(ana: Client, desk: StageDesk) -> None:
    process = desk.begin("return", fields={"reason": "defective"})
    verify(ana, process)

    answer = ana.post(page_of(process, "do/approve/"), {"visit": visit_of(process), "key": "k"})

    assert answer.status_code == 409
    process.refresh_from_db()
    assert process.stage == "requested"


def test_a_stay_of_another_matter_moves_nothing(ana: Client, desk: StageDesk) -> None:
    process = waiting_for_photos(desk)
    receive(desk.channel, now=timezone.now(), subject="Outro", **{"from": "ana@example.com"})
    desk.ticket = Ticket.objects.order_by("-pk")[0]
    other = desk.begin("complaint", fields={"about": "product"})

    answer = ana.post(page_of(process, "do/without_photos/"), {"visit": visit_of(other), "key": "k"})

    assert answer.status_code == 409
    process.refresh_from_db()
    assert process.stage == "photos_asked"


def test_photos_can_be_sent_while_it_runs(ana: Client, desk: StageDesk) -> None:
    process = desk.begin("return", fields={"reason": "defective"})

    for name in ("um.png", "dois.png"):
        colour = "red" if name == "um.png" else "blue"
        ana.post(page_of(process, "do/photos/"), {"key": name, "f-photos": [a_photo(name, colour)]})

    process.refresh_from_db()
    assert process.fields["photos"] == list(Attachment.objects.order_by("pk").values_list("pk", flat=True))
    assert len(process.fields["photos"]) == 2


def test_what_the_process_waits_for_can_be_told_after_the_code(ana: Client, desk: StageDesk) -> None:
    process = desk.begin("cancel")
    assert ana.post(page_of(process, "do/tell/"), {"key": "k", "f-reason": "late"}).status_code == 403
    verify(ana, process)

    ana.post(page_of(process, "do/tell/"), {"key": "k", "f-reason": "late", "sure": "1"})

    process.refresh_from_db()
    assert process.fields["reason"] == "late"


def test_an_answer_reopens_what_waited_for_it(ana: Client, desk: StageDesk) -> None:
    process = desk.begin("return", fields={"reason": "defective"})
    changing.set_status(ticket=desk.ticket, status=Status.WAITING, agent=desk.caio, now=timezone.now())
    desk.work()
    assert "We have asked you something" in words_of(ana.get(page_of(process)))

    ana.post(page_of(process, "say/"), {"message": "Aqui está.", "key": "k"})
    desk.work()

    desk.ticket.refresh_from_db()
    assert desk.ticket.status == Status.OPEN
    assert last_visit(process).paused_for == ""


# --- On the order's page ----------------------------------------------------------------------------------------------


def test_the_orders_page_tells_of_its_matters_and_leads_there_after_the_code(ana: Client, desk: StageDesk) -> None:
    process = desk.begin("return", fields={"reason": "defective"})
    desk.work()
    home = reverse("orders:find", args=[desk.shop.slug])
    ana.post(home, {"number": "1001", "email": "ana@example.com"})

    before = words_of(ana.get(f"{home}orders/1001/"))
    verify(ana, process)
    after = words_of(ana.get(f"{home}orders/1001/"))

    assert "What is going on" in before
    assert case_token(process) not in before
    assert case_token(process) in after


@pytest.mark.parametrize("language, words", [("pt-BR", "resolvido até"), ("tr", "Zamanında")])
def test_the_page_speaks_the_visitors_language(language: str, words: str, ana: Client, desk: StageDesk) -> None:
    process = desk.begin("return", fields={"reason": "defective"})
    desk.work()

    page = words_of(ana.get(page_of(process), headers={"accept-language": language}))

    assert f'lang="{language}"' in page
    assert case_address(process).endswith(page_of(process))
    assert words in page


# --- An address -------------------------------------------------------------------------------------------------------


def test_ana_says_where_her_order_goes_once_she_showed_that_it_is_her(ana: Client, desk: StageDesk) -> None:
    # Given a change of address that waits for her
    process = desk.begin("address_payment_change", fields={"what": "address"})
    desk.go(process, "verify", now=timezone.now())
    process.refresh_from_db()

    # When she says that it is her, by the code that went to the order's address
    closed = ana.post(page_of(process, "do/confirm/"), {"key": "k", "visit": visit_of(process)})
    verify(ana, process)
    ana.post(page_of(process, "do/confirm/"), {"key": "k", "visit": visit_of(process)})

    # Then she is asked for the address, part by part
    process.refresh_from_db()
    assert (closed.status_code, process.stage, process.facts["level"]) == (403, "confirmed", 2)
    form = words_of(ana.get(page_of(process, "do/tell/")))
    assert 'name="f-new_address.postcode"' in form
    assert "Laranjeiras" not in form
    typed = {"f-new_address.line1": "Rua da Aurora, 12", "f-new_address.city": "Recife", "key": "t"}
    wrong = ana.post(page_of(process, "do/tell/"), {**typed, "visit": visit_of(process)})
    assert wrong.status_code == 422
    assert "Please fill in street, city and postcode." in words_of(wrong)
    typed |= {"f-new_address.postcode": "50050-000", "visit": visit_of(process)}
    asked = words_of(ana.post(page_of(process, "do/tell/"), typed))
    assert "Rua da Aurora, 12, Recife, 50050-000" in asked
    ana.post(page_of(process, "do/tell/"), {**typed, "sure": "1"})
    process.refresh_from_db()
    assert process.fields["new_address"] == {"line1": "Rua da Aurora, 12", "city": "Recife", "postcode": "50050-000"}

    # And an agent changes the order by it
    desk.go(process, "change", now=timezone.now())
    desk.work()
    process.refresh_from_db()
    assert process.stage == "changed"
    assert order_value(Order.objects.select_related("account").get()).address.city == "Recife"
