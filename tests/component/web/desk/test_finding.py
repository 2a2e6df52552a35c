"""Search, palette, suggestions, the bell and the agent's own settings."""

import re
from collections.abc import Callable

from django.conf import settings
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string

from balcao.journal.actions import seal
from balcao.journal.models import Entry
from balcao.pipeline import followers
from balcao.staff.models import Agent
from balcao.tickets.models import Message


def follow() -> None:
    while seal() or followers.run_due(now=timezone.now()):
        pass


def test_search_finds_words_in_messages(desk: Client, arrive: Callable[..., Message]) -> None:
    arrive(subject="Kettle", text="The handle fell off yesterday.", language="en")
    follow()

    assert "Kettle" in desk.get("/search/?q=handles").content.decode()
    assert "Nothing found." in desk.get("/search/?q=teapot").content.decode()


def test_search_names_what_it_does_not_understand(desk: Client) -> None:
    assert "is:purple" in desk.get("/search/?q=is:purple").content.decode()


def test_the_palette_jumps_to_a_number(desk: Client, arrive: Callable[..., Message]) -> None:
    ticket = arrive().ticket

    part = desk.get(f"/palette/?q=%23{ticket.number}").content.decode()

    assert f'data-href="/tickets/{ticket.number}/"' in part


def test_the_palette_shows_what_was_looked_at_last(desk: Client, arrive: Callable[..., Message]) -> None:
    seen, _other = arrive().ticket, arrive(**{"from": "leo@example.com"}).ticket
    desk.get(f"/tickets/{seen.number}/")

    part = desk.get("/palette/").content.decode()

    assert part.count('role="option"') == 1


def test_colleagues_are_offered_whatever_the_i(desk: Client, caio: Agent) -> None:
    caio.name = "Işıl Demir"
    caio.save()

    assert "Işıl Demir" in desk.get("/colleagues/?q=isi").content.decode()


def test_the_bell_tells_and_is_read_by_looking(
    desk: Client, bia: Agent, caio: Agent, arrive: Callable[..., Message], sign_in: Callable[[Agent], Client]
) -> None:
    ticket = arrive().ticket
    sign_in(caio).post(f"/tickets/{ticket.number}/note/", {"text": "@Bia please"})
    follow()

    before = desk.get("/in/ours/").content.decode()
    told = desk.get("/notices/").content.decode()
    after = desk.get("/in/ours/").content.decode()

    assert 'aria-hidden="true">1</span>' in before
    assert f"mentions you in {ticket.number}" in told
    assert 'aria-hidden="true" hidden>0</span>' in after


def test_preferences_change_language_theme_and_keys(desk: Client, bia: Agent) -> None:
    desk.post(
        "/me/preferences/", {"language": "tr", "time_zone": "Europe/Istanbul", "theme": "dark", "density": "roomy"}
    )

    page = desk.get("/").content.decode()
    assert '<html lang="tr" data-theme="dark" data-density="roomy">' in page
    assert 'data-letters="off"' in page


def test_presence_and_layout_are_remembered(desk: Client, bia: Agent) -> None:
    desk.post("/me/presence/", {"presence": "available"})
    desk.post("/me/layout/", {"pane": "customer", "closed": "1"})

    bia.refresh_from_db()
    assert bia.presence == "available"
    assert "no-customer" in desk.get("/").content.decode()


def test_the_keys_are_explained(desk: Client) -> None:
    page = desk.get("/keys/").content.decode()

    assert "<kbd>r</kbd>" in page
    assert " ".join(re.findall(r"<kbd>g</kbd>\s*<kbd>(.)</kbd>", page)) == "i d c r o"


def test_no_two_places_have_the_same_keys() -> None:
    keys = [link.keys for path in settings.RAIL for link in import_string(path)]

    assert len(keys) == len(set(keys))


def test_preferences_that_stay_as_they_are_change_nothing(desk: Client, bia: Agent) -> None:
    bia.language = "pt-BR"
    bia.save()

    for language in ("pt-br", "pt-BR", "klingon"):
        desk.post("/me/preferences/", {"language": language, "time_zone": bia.time_zone})
    assert not Entry.objects.filter(name="agent.changed").exists()

    desk.post("/me/preferences/", {"language": "tr", "time_zone": bia.time_zone})
    bia.refresh_from_db()
    assert bia.language == "tr"
    assert [entry.facts["fields"] for entry in Entry.objects.filter(name="agent.changed")] == [["language"]]


def test_preferences_show_the_language_one_has(desk: Client, bia: Agent) -> None:
    bia.language = "pt-BR"
    bia.save()

    page = desk.get("/me/preferences/").content.decode()

    chosen = page.split('name="language"')[1].split("selected")[0].rsplit("<option", 1)[1]
    assert 'value="pt-br"' in chosen
