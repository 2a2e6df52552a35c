"""Macros, tags, shops, the quarantine and the journal."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from balcao.automation.actions import run_steps
from balcao.automation.models import Macro
from balcao.channels.actions.keeping import keep, quarantine
from balcao.channels.models import Channel, Envelope
from balcao.journal.actions import record
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM
from balcao.ports import registry
from balcao.ports.channel import RawEnvelope
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_agent, make_channel, receive
from balcao.tickets.actions.arranging import save_tag
from balcao.tickets.models import Tag, Topic

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def visitor(helena: Agent, enter: Callable[[Agent | None], Client]) -> Client:
    return enter(helena)


def test_a_macro_keeps_texts_and_steps(visitor: Client, moringa: Shop) -> None:
    tag = save_tag(tag=None, name="vip", colour="", actor=SYSTEM, now=NOW)
    given = {
        "name": "Obrigada",
        "is_active": "on",
        "text-pt-BR": "Oi, {customer.first_name}!",
        "text-tr": "",
        "step-0": f"tag.add.{tag.pk}",
        "step-1": "assign.me",
        "step-2": "status.waiting",
        "step-3": "priority.high",
        "days": "3",
    }
    visitor.post("/console/macros/new/", given)
    macro = Macro.objects.get()
    assert macro.texts == {"pt-BR": "Oi, {customer.first_name}!"}
    assert macro.steps == [
        {"do": "tag", "add": [tag.pk]},
        {"do": "assign", "to_me": True},
        {"do": "status", "status": "waiting", "days": 3},
        {"do": "priority", "priority": "high"},
    ]
    page = visitor.get(f"/console/macros/{macro.pk}/").content.decode()
    assert f'value="tag.add.{tag.pk}" selected' in page
    visitor.post(f"/console/macros/{macro.pk}/", given | {"name": "Renamed"})
    macro.refresh_from_db()
    assert (macro.name, len(macro.steps)) == ("Renamed", 4)


@pytest.mark.parametrize(
    "wrong", [{"text-en": "Hi {customer.secret}"}, {"text-en": "Hi {oops"}, {"text-en": ""}, {"step-0": "rm.rf"}]
)
def test_a_macro_that_cannot_work_is_refused(visitor: Client, moringa: Shop, wrong: dict[str, str]) -> None:
    assert visitor.post("/console/macros/new/", {"name": "M", "text-en": "Hi", **wrong}).status_code == 422
    assert not Macro.objects.exists()


def test_the_preview_fills_placeholders_and_escapes(visitor: Client, moringa: Shop) -> None:
    said = visitor.post(
        "/console/macros/preview/", {"text-en": "Hi {customer.first_name} <b>", "text-tr": "{nope}"}
    ).content.decode()
    assert "Hi Ana &lt;b&gt;" in said
    assert "nope" in said


def test_a_personal_macro_is_nobody_elses(visitor: Client, helena: Agent) -> None:
    mine = Macro.objects.create(name="Mine", texts={"en": "x"}, agent=helena)
    assert visitor.get(f"/console/macros/{mine.pk}/").status_code == 404


def test_tags_are_made_renamed_and_deleted(visitor: Client) -> None:
    visitor.post("/console/tags/new/", {"name": "Atacado", "colour": "glaze"})
    tag = Tag.objects.get()
    assert visitor.post("/console/tags/new/", {"name": "ATACADO"}).status_code == 422
    assert visitor.post(f"/console/tags/{tag.pk}/", {"name": "x", "colour": "mauve"}).status_code == 422
    visitor.post(f"/console/tags/{tag.pk}/delete/")
    assert not Tag.objects.exists()


SHOP = {
    "name": "Casa Moringa",
    "main": "tr",
    "languages": ["en", "tr"],
    "region": "TR",
    "time_zone": "Europe/Istanbul",
    "currency": "TRY",
    "colour": "#112233",
    "close_after_days": "10",
    "signature-tr": "{agent.name}\n{shop.name}",
    "website": "",
}


def test_a_shop_is_changed(visitor: Client, moringa: Shop) -> None:
    assert visitor.post(f"/console/shops/{moringa.pk}/", SHOP).status_code == 302
    moringa.refresh_from_db()
    assert (moringa.languages, moringa.time_zone, moringa.colour) == (["tr", "en"], "Europe/Istanbul", "#112233")
    assert moringa.signatures == {"tr": "{agent.name}\n{shop.name}"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "red"},
        {"time_zone": "Mars/Olympus"},
        {"languages": []},
        {"close_after_days": "0"},
        {"signature-tr": "{customer.name}"},
        {"website": "javascript:alert(1)"},
    ],
)
def test_a_shop_refuses_what_makes_no_sense(visitor: Client, moringa: Shop, wrong: dict[str, Any]) -> None:
    assert visitor.post(f"/console/shops/{moringa.pk}/", SHOP | wrong).status_code == 422


def test_only_who_works_for_every_shop_opens_one(
    visitor: Client, moringa: Shop, enter: Callable[[Agent | None], Client]
) -> None:
    assert visitor.post("/console/shops/new/", SHOP | {"slug": "nova"}).status_code == 403
    chief = enter(make_agent("Chief", shop=moringa, role=Role.ADMIN, every_shop=True))
    assert chief.post("/console/shops/new/", SHOP | {"slug": "nova"}).status_code == 302
    assert chief.post("/console/shops/new/", SHOP | {"slug": "nova"}).status_code == 422
    assert Shop.objects.count() == 2


def test_a_colour_is_judged_while_it_is_picked(visitor: Client) -> None:
    assert "darker shade" in visitor.get("/console/shops/colour/", {"colour": "#ffee00"}).content.decode()
    assert "darker shade" not in visitor.get("/console/shops/colour/", {"colour": "#112233"}).content.decode()
    assert visitor.get("/console/shops/colour/", {"colour": "<b>"}).status_code == 422


@pytest.fixture
def broken(letters: Channel) -> Envelope:
    envelope, _ = keep(channel=letters, raw=RawEnvelope("x", b"<script>alert(1)</script>\x1b[31m\r\n", "s"), now=NOW)
    quarantine(envelope=envelope, reason="It is no letter.", now=NOW)
    return envelope


def test_the_channels_say_how_much_was_set_aside(visitor: Client, broken: Envelope) -> None:
    assert '<span class="count soon">1</span>' in visitor.get("/console/channels/").content.decode()


def test_what_was_set_aside_is_shown_as_plain_text(visitor: Client, broken: Envelope) -> None:
    assert "It is no letter." in visitor.get("/console/quarantine/").content.decode()
    page = visitor.get(f"/console/quarantine/{broken.pk}/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "\x1b" not in page


def test_an_envelope_is_run_again_or_discarded(visitor: Client, broken: Envelope) -> None:
    visitor.post("/console/quarantine/release/", {"envelope": broken.pk})
    broken.refresh_from_db()
    assert broken.state == "kept"
    quarantine(envelope=broken, reason="Again.", now=NOW)
    visitor.post(f"/console/quarantine/{broken.pk}/discard/")
    broken.refresh_from_db()
    assert broken.state == "discarded"
    told = Entry.objects.filter(name__startswith="channel.envelope.", actor_kind="agent").order_by("id")
    assert [entry.name.rpartition(".")[2] for entry in told] == ["released", "discarded"]


@pytest.mark.parametrize("number", ["²", "٣", "x", "9" * 30])
def test_a_number_that_is_none_runs_nothing(visitor: Client, broken: Envelope, number: str) -> None:
    assert visitor.post("/console/quarantine/release/", {"envelope": number}).status_code == 404
    assert visitor.get("/console/journal/", {"before": number}).status_code == 200
    broken.refresh_from_db()
    assert broken.state == "quarantined"


def test_all_are_run_again_at_once(visitor: Client, broken: Envelope, letters: Channel) -> None:
    other, _ = keep(channel=letters, raw=RawEnvelope("y", b"y", "s"), now=NOW)
    quarantine(envelope=other, reason="No.", now=NOW)
    visitor.post("/console/quarantine/release/")
    assert set(Envelope.objects.values_list("state", flat=True)) == {"kept"}


def test_the_journal_shows_the_house_to_admins_only(
    visitor: Client, moringa: Shop, next_door: Shop, enter: Callable[[Agent | None], Client]
) -> None:
    record(name="house.painted", at=timezone.now(), actor=SYSTEM, about=[])
    record(name="shop.painted", at=timezone.now(), actor=SYSTEM, about=[], shop_id=moringa.pk)
    record(name="neighbour.painted", at=timezone.now(), actor=SYSTEM, about=[], shop_id=next_door.pk)
    shown = visitor.get("/console/journal/").content.decode()
    assert ("house.painted" in shown, "shop.painted" in shown, "neighbour.painted" in shown) == (True, True, False)
    lead = enter(make_agent("Rafael", shop=moringa, role=Role.SUPERVISOR))
    shown = lead.get("/console/journal/").content.decode()
    assert ("house.painted" in shown, "shop.painted" in shown) == (False, True)


def test_the_journal_pages_back_and_costs_the_same(
    visitor: Client, moringa: Shop, django_assert_max_num_queries: Any
) -> None:
    for number in range(130):
        record(name=f"thing.{number}", at=timezone.now(), actor=SYSTEM, about=[], shop_id=moringa.pk)
    with django_assert_max_num_queries(12):
        first = visitor.get("/console/journal/").content.decode()
    assert ("thing.129<" in first, "thing.2<" in first) == (True, False)
    before = first.partition("?before=")[2].partition('"')[0]
    assert "thing.2<" in visitor.get("/console/journal/", {"before": before}).content.decode()


def test_health_tells_without_the_network(visitor: Client, broken: Envelope) -> None:
    Envelope.objects.update(state="kept", due_at=NOW)
    page = visitor.get("/console/health/").content.decode()
    assert "check-late" in page


def test_the_tree_of_topics_is_shown_and_grows(visitor: Client) -> None:
    Topic.objects.filter(parent__isnull=False).delete()
    Topic.objects.all().delete()
    given = {"name-en": "Delivery", "name-pt-BR": "Entrega", "name-tr": "Teslimat", "kind": "quick", "is_active": "on"}
    visitor.post("/console/topics/new/", given)
    group = Topic.objects.get()
    assert (group.key, group.names["tr"], group.parent) == ("delivery", "Teslimat", None)
    for name in ("Late", "Lost"):
        more = {
            "name-en": name,
            "kind": "forwarded",
            "parent": group.pk,
            "is_active": "on",
            "hint-en": "The day is over.",
        }
        assert visitor.post("/console/topics/new/", given | more).status_code == 302
    late, lost = group.children.all()
    visitor.post(f"/console/topics/{lost.pk}/move/", {"to": "up"})
    assert list(group.children.all()) == [lost, late]

    page = visitor.get("/console/topics/").content.decode()
    assert page.index(">Delivery<") < page.index(">Lost<") < page.index(">Late<")
    assert f'action="/console/topics/{late.pk}/delete/"' in page
    assert f'action="/console/topics/{group.pk}/delete/"' not in page
    form = visitor.get(f"/console/topics/new/?below={late.pk}").content.decode()
    assert f'value="{late.pk}" selected' in form


def test_a_topic_in_use_is_not_deleted_but_taken_out_of_use(visitor: Client, moringa: Shop) -> None:
    given = {"name-en": "Delivery", "kind": "action", "deed": "cancel", "blueprint": "", "is_active": "on"}
    visitor.post("/console/topics/new/", given)
    group = Topic.objects.get(names={"en": "Delivery"})
    visitor.post("/console/topics/new/", given | {"name-en": "Below", "parent": group.pk})
    answer = visitor.post(f"/console/topics/{group.pk}/delete/", follow=True)
    assert "Take it out of use instead." in answer.content.decode()
    visitor.post(f"/console/topics/{group.pk}/", {**given, "is_active": ""})
    group.refresh_from_db()
    assert (group.is_active, group.deed) == (False, "cancel")
    below = Topic.objects.get(names={"en": "Below"})
    visitor.post(f"/console/topics/{below.pk}/delete/")
    assert not Topic.objects.filter(pk=below.pk).exists()


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"name-en": " "}, "Give it a name"),
        ({"kind": "slow"}, "Select a valid choice"),
        ({"parent": "999999"}, "Select a valid choice"),
        ({"blueprint": "nothing"}, "Select a valid choice"),
    ],
)
def test_a_topic_that_makes_no_sense_is_refused(visitor: Client, wrong: dict[str, str], said: str) -> None:
    count = Topic.objects.count()
    answer = visitor.post("/console/topics/new/", {"name-en": "Gifts", "kind": "quick", **wrong})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Topic.objects.count() == count


def test_a_topic_is_not_put_below_itself(visitor: Client) -> None:
    given = {"name-en": "Gifts", "kind": "quick", "is_active": "on"}
    visitor.post("/console/topics/new/", given)
    row = Topic.objects.get(names={"en": "Gifts"})
    assert visitor.post(f"/console/topics/{row.pk}/", given | {"parent": row.pk}).status_code == 422


def test_a_macro_chooses_a_topic(visitor: Client, helena: Agent, moringa: Shop) -> None:
    topic = Topic.objects.create(key="gifts", names={"en": "Gifts"}, kind="action")
    given = {"name": "Gift", "is_active": "on", "text-pt-BR": "", "step-0": f"topic.{topic.pk}"}
    visitor.post("/console/macros/new/", given)
    macro = Macro.objects.get()
    assert macro.steps == [{"do": "topic", "topic_id": topic.pk}]
    assert f'value="topic.{topic.pk}" selected' in visitor.get(f"/console/macros/{macro.pk}/").content.decode()
    registry.register_channel(PaperChannel())
    message = receive(make_channel(moringa), now=NOW).message
    assert message
    run_steps(macro=macro, ticket=message.ticket, agent=helena, now=NOW)
    message.ticket.refresh_from_db()
    assert (message.ticket.topic, message.ticket.kind) == (topic, "action")
