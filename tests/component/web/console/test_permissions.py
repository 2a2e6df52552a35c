"""Who may open what: the matrix of every address of the console and every role."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from balcao.automation.actions import save_macro
from balcao.automation.actions.ruling import save_rule
from balcao.automation.types import Act, RuleStep, Ruling
from balcao.channels.actions.connecting import create_channel
from balcao.channels.actions.keeping import keep, quarantine
from balcao.channels.models import Channel
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.files import finish, keep_faults, take_file
from balcao.commerce.models import ImportedFile
from balcao.deadlines.actions.calendars import create_calendar
from balcao.deadlines.actions.targets import create_target
from balcao.deadlines.types import ClockKind
from balcao.journal.types import SYSTEM
from balcao.plugins.channels.form.config import FormConfig
from balcao.plugins.channels.mail.config import MailConfig
from balcao.ports import registry
from balcao.ports.channel import RawEnvelope
from balcao.processes.actions import blueprints
from balcao.processes.rules.editing import blank
from balcao.processes.rules.reading import write_blueprint
from balcao.shops.models import Shop
from balcao.staff.actions import create_department, create_team, create_token
from balcao.staff.models import Agent
from balcao.staff.types import Permission, Role
from balcao.testing.backends import PaperBackend, PaperConfig
from balcao.testing.factories import make_agent
from balcao.tickets.actions.arranging import save_tag
from balcao.tickets.actions.topics import TopicFacts, save_topic
from balcao.tickets.models import Topic
from balcao.tickets.types import Kind
from balcao.web.console.jobs import try_settings, try_shop_system
from balcao.web.console.urls import urlpatterns
from balcao.webhooks.actions.delivering import ping
from balcao.webhooks.actions.endpoints import create_endpoint

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
NEEDS = {
    "shop": Permission.SHOP_EDIT,
    "colour": Permission.SHOP_EDIT,
    "channel": Permission.CHANNEL_EDIT,
    "consented": Permission.CHANNEL_EDIT,
    "macro": Permission.MACRO_EDIT,
    "tag": Permission.TAG_EDIT,
    "topic": Permission.TAG_EDIT,
    "quarantine": Permission.QUARANTINE,
    "release": Permission.QUARANTINE,
    "discard": Permission.QUARANTINE,
    "envelope": Permission.QUARANTINE,
    "agent": Permission.STAFF_EDIT,
    "role": Permission.STAFF_EDIT,
    "team": Permission.STAFF_EDIT,
    "department": Permission.STAFF_EDIT,
    **{
        f"process_{deed}": Permission.PROCESS_EDIT
        for deed in ("new", "bring", "edit", "advice", "undo", "drop", "own", "switch", "publish", "restore")
    },
    "process": Permission.PROCESS_READ,
    "calendar": Permission.DEADLINE_EDIT,
    "target": Permission.DEADLINE_EDIT,
    "token": Permission.TOKEN_EDIT,
    "webhook": Permission.WEBHOOK_EDIT,
    "rule": Permission.RULE_EDIT,
    "returns": Permission.SHOP_EDIT,
    "journal": Permission.JOURNAL_READ,
    "health": Permission.SHOP_EDIT,
}
OPENED = {200, 302, 422}
ONLY_POST = {
    "channel_trial",
    "channel_fetch_again",
    "shop_system_trial",
    "shop_system_anew",
    "macro_delete",
    "macro_preview",
    "tag_delete",
    "topic_move",
    "topic_delete",
    "release",
    "discard",
    "agent_do",
    "token_revoke",
    "rule_do",
    "webhook_rotate",
    "webhook_do",
    "webhook_replay",
    "webhook_again",
    "target_remove",
    "process_edit",
    "process_advice",
    "process_undo",
    "process_drop",
    "process_own",
    "process_switch",
    "process_restore",
    "departments_usual",
}
# What deletes comes last, so that one house serves for all.
ADDRESSES = sorted(
    (str(pattern.name) for pattern in urlpatterns), key=lambda name: (name in ONLY_POST, "delete" in name, name)
)
_OWNED = {
    "shop_id",
    "channel_id",
    "backend_id",
    "envelope_id",
    "agent_id",
    "macro_id",
    "token_id",
    "endpoint_id",
    "rule_id",
    "blueprint_id",
    "pk",
}
OF_ONE_SHOP = [str(pattern.name) for pattern in urlpatterns if _OWNED & set(pattern.pattern.converters)]


def needed(name: str) -> Permission | None:
    return next((permission for part, permission in NEEDS.items() if name.startswith(part)), None)


@pytest.fixture(autouse=True)
def paper_backend(tmp_path: Path) -> Iterator[None]:
    """Let there be a shop system to connect, and a place for files."""
    registry.register_commerce(PaperBackend())
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


def make_topic(shop: Shop) -> Topic:
    facts = TopicFacts(names={"en": f"Topic {shop.pk}"}, kind=Kind.QUICK, shop=shop)
    return save_topic(topic=None, facts=facts, actor=SYSTEM, now=NOW)


class House:
    """One of everything that an address can name, in a shop."""

    def __init__(self, shop: Shop) -> None:
        common = {"actor": SYSTEM, "now": NOW}
        mailbox = MailConfig(address=f"contato@{shop.slug}.example", imap_host="imap.example", login="google")
        self.mailbox = create_channel(
            shop=shop, kind="mail", name="Contato", address=mailbox.address, config=mailbox, is_fetched=True, **common
        )
        self.form = create_channel(shop=shop, kind="form", name="Fale", address="", config=FormConfig(), **common)
        envelope, _ = keep(channel=self.mailbox, raw=RawEnvelope("1", b"\xff\xfe\x00", "INBOX"), now=NOW)
        quarantine(envelope=envelope, reason="It is no mail.", now=NOW)
        self.agent = make_agent(f"Otto{shop.pk}", shop=shop)
        self.values = {
            "shop_id": shop.pk,
            "channel_id": self.mailbox.pk,
            "job_id": int(try_settings.enqueue(self.mailbox.pk).id),
            "kind": "mail",
            "preset": "google",
            "envelope_id": envelope.pk,
            "agent_id": self.agent.pk,
            "macro_id": save_macro(macro=None, name="Oi", texts={"en": "Hi"}, steps=[], shop=shop, **common).pk,
            "topic_id": make_topic(shop).pk,
            "tag_id": save_tag(tag=None, name=f"tag{shop.pk}", colour="", **common).pk,
            "row_id": create_team(name=f"Team {shop.pk}", members=[], **common).pk,
            "token_id": create_token(name="T", agent=self.agent, scopes=[], **common)[0].pk,
        }
        self.system = create_backend(shop=shop, kind="paper", name="Paper", config=PaperConfig(), **common)
        self.book = create_backend(shop=shop, kind="book", name="Book", config=Book.Config(), **common)
        self.values |= {"backend_id": self.system.pk, "import_id": self._file().pk}
        told = {"name": "ERP", "url": "https://erp.example.com/hooks", "events": ["*"], "shop": shop}
        endpoint, _secret = create_endpoint(**told, **common)
        ruling = Ruling(("ticket.opened",), steps=(RuleStep(Act.PRIORITY, "high"),))
        rule = save_rule(rule=None, name="R", shop=shop, ruling=ruling, is_active=True, agent=None, now=NOW)
        self.values["rule_id"] = rule.pk
        self.values |= {"endpoint_id": endpoint.pk, "delivery_id": ping(endpoint=endpoint, now=NOW).pk}
        hours = {"tz": "UTC", "weekly": {"mon": ["09:00-18:00"]}, "overrides": {}}
        self.calendar = create_calendar(key=shop.slug, name=shop.name, spec=hours, shop=shop, now=NOW)
        clock = {"clock": ClockKind.RESOLUTION, "seconds": 3600, "calendar": self.calendar}
        self.target = create_target(**clock, shop=shop, now=NOW)
        self.values |= {"blueprint_id": self._process(shop), "number": 1}
        self.department = create_department(name=f"Stock {shop.pk}", members=[], **common)

    @staticmethod
    def _process(shop: Shop) -> int:
        words = {"en": "Own", "pt-BR": "Próprio", "tr": "Kendi"}
        spec = write_blueprint(blank(key="own", names=words, first=words, last=words, way=words))
        blueprint = blueprints.create(key="own", shop=shop, spec=spec, agent=None, now=NOW)
        admin = make_agent(f"Zoe{shop.pk}", shop=shop, role=Role.ADMIN)
        blueprints.publish(draft=blueprint.versions.get(), agent=admin, take_running=False, now=NOW)
        blueprints.save_draft(blueprint=blueprint, spec=spec, note="", agent=admin, now=NOW)
        return blueprint.pk

    def _file(self) -> ImportedFile:
        given: dict[str, Any] = {
            "name": "a.csv",
            "content": BytesIO(b"a;b\n1;2\n"),
            "holds_products": False,
            "language": "en",
        }
        row = take_file(backend=self.book, agent=self.agent, now=NOW, **given)
        key = keep_faults(row=row, content=BytesIO(b"row"))
        finish(
            row=row,
            counts={"new": 0, "changed": 0, "unchanged": 0, "faulty": 0, "kept": 0, "faults": 0},
            first_faults=[],
            faults_key=key,
            now=NOW,
        )
        return row

    def address(self, name: str) -> str:
        pattern = next(pattern for pattern in urlpatterns if pattern.name == name)
        others = {"channel_embed": {"channel_id": self.form.pk}, "department": {"row_id": self.department.pk}}
        others |= {"calendar": {"pk": self.calendar.pk}}
        others |= {key: {"pk": self.target.pk} for key in ("target", "target_remove")}
        book = {"backend_id": self.book.pk}
        others |= {f"shop_system_{part}": book for part in ("files", "export", "import", "state", "faults")}
        others["shop_system_new"] = {"kind": "paper", "preset": "new"}
        others["shop_system_outcome"] = {"job_id": int(try_shop_system.enqueue(self.system.pk).id)}
        values = {**self.values, **others.get(name, {})}
        return reverse(f"console:{name}", kwargs={part: values[part] for part in pattern.pattern.converters})


def ask(visitor: Client, name: str, house: House) -> int:
    address = house.address(name)
    if name in ONLY_POST:
        return visitor.post(address).status_code
    # What a page of a mailbox only has for some settings may say 404 to those who may see it.
    answer = visitor.get(address)
    if answer.streaming:  # a file, which is closed once it is read
        _ = b"".join(answer)
    return answer.status_code


def test_every_address_names_a_permission() -> None:
    assert [name for name in ADDRESSES if needed(name) is None] == ["index"]


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_what_the_matrix_says(role: Role, moringa: Shop, enter: Callable[[Agent | None], Client]) -> None:
    somebody = make_agent("Somebody", shop=moringa, role=role, every_shop=True)
    make_agent("Helena", shop=moringa, role=Role.ADMIN)
    visitor, house = enter(somebody), House(moringa)
    opened = {name: ask(visitor, name, house) for name in ADDRESSES}
    may = {name for name in ADDRESSES if (permission := needed(name)) is None or somebody.may(permission)}
    assert {name for name, status in opened.items() if status in OPENED} == may
    assert {name for name, status in opened.items() if status == 403} == set(ADDRESSES) - may


def test_a_stranger_is_sent_to_the_login(moringa: Shop, enter: Callable[[Agent | None], Client]) -> None:
    house, visitor = House(moringa), enter(None)
    for name in ADDRESSES:
        answer = visitor.post(house.address(name)) if name in ONLY_POST else visitor.get(house.address(name))
        assert (answer.status_code, answer.headers.get("Location", "")[:15]) == (302, "/account/login/"), name


def test_what_belongs_to_another_shop_does_not_exist(
    helena: Agent, next_door: Shop, enter: Callable[[Agent | None], Client]
) -> None:
    visitor, house = enter(helena), House(next_door)
    assert {name: ask(visitor, name, house) for name in OF_ONE_SHOP} == dict.fromkeys(OF_ONE_SHOP, 404)


def test_an_admin_of_one_shop_lists_nothing_of_another(
    helena: Agent, next_door: Shop, enter: Callable[[Agent | None], Client]
) -> None:
    House(next_door)
    for page in ("channels", "quarantine", "agents", "macros", "journal", "shops"):
        said = enter(helena).get(reverse(f"console:{page}"), follow=True).content.decode()
        assert "bergamota" not in said.lower(), page


def test_a_part_of_a_page_sends_the_whole_page_to_the_login(letters: Channel) -> None:
    answer = Client().get(reverse("console:channel", args=[letters.pk]), headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/account/login/")


def test_who_was_shut_out_sees_nothing(helena: Agent, moringa: Shop, enter: Callable[[Agent | None], Client]) -> None:
    visitor = enter(helena)
    assert visitor.get(reverse("console:channels")).status_code == 200
    Agent.objects.filter(pk=helena.pk).update(is_active=False)
    assert visitor.get(reverse("console:channels")).status_code == 302
