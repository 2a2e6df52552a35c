"""Adds to a demo desk what its week does not show, and prints where everything stands: read by tools/grid.py."""

import json
import os
import time
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from io import BytesIO
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "balcao.project.settings")
django.setup()

from allauth.account.forms import default_token_generator  # noqa: E402
from allauth.account.internal.flows.login import (  # noqa: E402
    AUTHENTICATION_METHODS_SESSION_KEY,
    record_authentication,
)
from allauth.account.utils import user_pk_to_url_str  # noqa: E402
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes  # noqa: E402
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402
from django.utils import timezone, translation  # noqa: E402

from balcao.automation.models import Macro, Rule  # noqa: E402
from balcao.channels.actions.connecting import create_channel  # noqa: E402
from balcao.channels.actions.keeping import keep  # noqa: E402
from balcao.channels.models import Channel, Dispatch, Envelope  # noqa: E402
from balcao.channels.types import DispatchState, EnvelopeState  # noqa: E402
from balcao.commerce.actions import verifying  # noqa: E402
from balcao.commerce.actions.connecting import create_backend, set_policy  # noqa: E402
from balcao.commerce.actions.files import begin, finish, note_progress, take_file  # noqa: E402
from balcao.commerce.actions.ledger import Asker  # noqa: E402
from balcao.commerce.models import Backend, Order, Variant  # noqa: E402
from balcao.commerce.queries import account_value, page_token, policy_of  # noqa: E402
from balcao.commerce.types import Level, Watch  # noqa: E402
from balcao.customers.models import CustomerNote, Link  # noqa: E402
from balcao.deadlines.actions import clocks  # noqa: E402
from balcao.deadlines.models import Calendar, Clock, Target  # noqa: E402
from balcao.deadlines.types import ClockKind, ClockState  # noqa: E402
from balcao.journal.types import SYSTEM  # noqa: E402
from balcao.kit.crypto import random_token  # noqa: E402
from balcao.pipeline import inbound, late_shipments, orders, timers  # noqa: E402
from balcao.plugins.channels.mail.config import MailConfig  # noqa: E402
from balcao.ports import registry  # noqa: E402
from balcao.ports.calling import CLOSED  # noqa: E402
from balcao.ports.channel import RawEnvelope  # noqa: E402
from balcao.ports.commerce import InstrumentKind, PlaceOrder  # noqa: E402
from balcao.ports.config import Preset, presets  # noqa: E402
from balcao.processes.actions import blueprints, effects  # noqa: E402
from balcao.processes.actions.blueprints import bring_defaults  # noqa: E402
from balcao.processes.actions.moving import Mover, forward, start  # noqa: E402
from balcao.processes.actions.working import add_task  # noqa: E402
from balcao.processes.models import (  # noqa: E402
    Blueprint,
    Effect,
    Process,
)
from balcao.processes.queries.cases import case_token  # noqa: E402
from balcao.processes.queries.courses import last_visit  # noqa: E402
from balcao.returns.models import Return  # noqa: E402
from balcao.shops.models import Shop  # noqa: E402
from balcao.staff.actions import create_agent, create_token  # noqa: E402
from balcao.staff.models import Agent, Department, Team  # noqa: E402
from balcao.staff.types import Role  # noqa: E402
from balcao.tickets.actions import changing, ordering  # noqa: E402
from balcao.tickets.models import Message, Note, SavedView, Tag, Ticket, TicketOrder, Topic  # noqa: E402
from balcao.tickets.queries.threads import reply_token  # noqa: E402
from balcao.tickets.types import Status  # noqa: E402
from balcao.web.accounts.invitations import invitation_link  # noqa: E402
from balcao.web.components.faults import server_error  # noqa: E402
from balcao.web.portal.orders import visits  # noqa: E402
from balcao.webhooks.actions import delivering  # noqa: E402
from balcao.webhooks.actions.endpoints import create_endpoint  # noqa: E402
from balcao.webhooks.types import Answer  # noqa: E402

PASSWORD = "balcao-grid"  # noqa: S105 - of invented people
LANGUAGES = {"en": "Nell Hart", "pt-br": "Olívia Prado", "tr": "Şule Ilgaz"}
NOW = timezone.now()
VISIT = random_token(24)
_FIRSTS: dict[str, Any] = {
    "macro": Macro,
    "rule": Rule,
    "tag": Tag,
    "team": Team,
    "department": Department,
    "shop": Shop,
    "topic": Topic,
}


def main() -> None:
    """Print the sessions and the addresses as one JSON object."""
    shop = Shop.objects.get()
    half = {"half": _session(_secured())}
    state = {
        "cookie": settings.SESSION_COOKIE_NAME,
        "sessions": _sessions(shop) | half,
        "visit": [visits.COOKIE, VISIT],
        "places": _desk() | _promises() | _stages() | _console() | _door(shop) | _customers(shop),
        "broken": {code: _broken(code) for code in LANGUAGES},
    }
    print(json.dumps(state))


def _broken(code: str) -> str:
    """Return the page of a fault of ours, which no address of a sound desk leads to."""
    with translation.override(code):
        return server_error(RequestFactory().get("/")).content.decode()


def _secured() -> Agent:
    """Give Mert a second step."""
    mert = Agent.objects.get(email__startswith="mert@")
    TOTP.activate(mert, generate_totp_secret())
    RecoveryCodes.activate(mert)
    return mert


def _sessions(shop: Shop) -> dict[str, str]:
    """Return the session cookie of an admin for each language, and of a light agent."""
    admins = {code: _agent(shop, name, code, Role.ADMIN) for code, name in LANGUAGES.items()}
    light = {f"light {code}": _agent(shop, f"{name} Light", code, Role.LIGHT) for code, name in LANGUAGES.items()}
    return {name: _session(agent) for name, agent in (admins | light).items()}


def _agent(shop: Shop, name: str, code: str, role: Role, *, password: str | None = PASSWORD) -> Agent:
    return create_agent(
        email=f"{role}.{code}@casamoringa.example",
        name=name,
        role=role,
        language=code,
        password=password,
        every_shop=role == Role.ADMIN,
        shops=[shop],
        actor=SYSTEM,
        now=NOW,
    )


def _session(agent: Agent) -> str:
    client = Client()
    client.force_login(agent, backend=settings.AUTHENTICATION_BACKENDS[0])
    request = RequestFactory().get("/")
    request.session = client.session
    record_authentication(request, agent, method="password", reauthenticated=True)
    request.session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["at"] += 3600  # a sweep may take long
    request.session.save()
    return next(iter(client.cookies.values())).value


def _desk() -> dict[str, str]:
    helena = Agent.objects.get(email__startswith="helena@")
    tickets = Ticket.objects.filter(merged_into=None).order_by("-changed_at")
    hidden = list(tickets.filter(status=Status.SOLVED)[:2])
    changing.set_status(ticket=hidden[0], status=Status.TRASH, agent=helena, now=NOW)
    changing.snooze(ticket=tickets.filter(status=Status.OPEN)[0], until=NOW + timedelta(days=3), agent=helena, now=NOW)
    busiest = tickets.order_by("-message_count", "number")[0]
    merged = Ticket.objects.exclude(merged_into=None)[0]
    letter = Message.objects.exclude(envelope=None).filter(has_more=True)[0]
    link = Link.objects.filter(revoked_at=None)[0]
    bought = TicketOrder.objects.filter(order__stage="pending", ticket__merged_into=None).latest("id")
    pictured = Ticket.objects.filter(messages__attachments__name__endswith="jpeg").order_by("-number")[0]
    return {
        "ticket": f"/tickets/{busiest.number}/",
        "other": str(tickets.exclude(pk=busiest.pk)[0].number),
        "merged": f"/tickets/{merged.number}/",
        "pictured": f"/tickets/{pictured.number}/",
        "noted": f"/tickets/{Note.objects.order_by('id')[0].ticket.number}/",
        "trashed": f"/tickets/{hidden[0].number}/",
        "stranger": f"/tickets/{_stranger().number}/",
        "failed": f"/tickets/{_failed().number}/",
        "letter": f"/messages/{letter.pk}/",
        "customer": f"/customers/{busiest.identity.customer_id}/",
        "joined": f"/customers/{link.identity_a.customer_id}/",
        "remarked": f"/customers/{_remarked(busiest, helena)}/",
        "bought": f"/tickets/{bought.ticket.number}/",
        "order": f"/orders/{bought.order_id}/",
        "deed": f"/tickets/{bought.ticket.number}/orders/{bought.order_id}/do/",
        **_selling(helena),
        "view": f"/views/{SavedView.objects.filter(agent=None)[0].pk}/",
        "shown": f"/in/saved-{SavedView.objects.filter(agent=None)[0].pk}/",
    }


def _selling(agent: Agent) -> dict[str, str]:
    """Place an order that waits for its payment by Pix, and let a shipment go wrong."""
    asked = TicketOrder.objects.filter(order__number="CM-20411").latest("id").ticket
    payable = TicketOrder.objects.filter(order__number="CM-20386", ticket__merged_into=None).latest("id")
    book = Backend.objects.select_related("shop").get(kind="book")
    variant = Variant.objects.filter(backend=book, sku="VER-JAR-PEQ")[0]
    account = payable.order.account
    home = account_value(account).address
    action = PlaceOrder(account.ref, ((variant.ref, 1),), home, InstrumentKind.PIX, freight=1_890)
    asker = Asker(agent=agent, level=Level.VERIFIED, ticket=payable.ticket_id)
    entry = ordering.place_from(ticket=payable.ticket, account=account, action=action, asker=asker, key="grid", now=NOW)
    while entry.order_id is None:  # the desk's own worker may be at it
        orders.run_due(worker="grid", now=timezone.now())
        time.sleep(0.2)
        entry.refresh_from_db()
    ordering.link_placed(entry=entry, now=timezone.now())
    watch = Watch(is_on=True, silent_days=1)
    set_policy(backend=book, policy=replace(policy_of(book), watch=watch), actor=SYSTEM, now=NOW)
    late_shipments.run_due(now=timezone.now())
    late = Note.objects.filter(agent=None).latest("id").ticket
    return {
        "asked": f"/tickets/{asked.number}/",
        "payable": f"/tickets/{payable.ticket.number}/",
        "late": f"/tickets/{late.number}/",
        "sold": variant.ref,
    }


def _customers(shop: Shop) -> dict[str, str]:
    """Return a customer's pages: of one who opened theirs wholly, by a link that shows the state, and to confirm."""
    home = f"/o/{shop.slug}/"
    own = Order.objects.select_related("account").get(number="CM-20427")
    verifying.came_by_link(account=own.account, visit=VISIT, now=NOW)
    asked = TicketOrder.objects.filter(order__number="CM-20411").latest("id")
    talk = asked.ticket.conversations.order_by("id")[0]
    place = verifying.Place(NOW, conversation=talk.pk, ticket=asked.ticket_id)
    told: dict[str, Any] = {"account": asked.order.account, "order": asked.order, "place": place, "now": NOW}
    _code, token = verifying.arm(challenge=verifying.challenge(**told, language="", agent=None))
    return {
        "find": home,
        "state": f"{home}s/{page_token(asked.order)}/",
        "own": f"{home}orders/{own.number}/",
        "confirm": f"{home}v/{token}/",
    }


def _stranger() -> Ticket:
    """Let somebody without a part in a conversation answer to its signed address."""
    message = Message.objects.filter(direction="out", channel__kind="mail", ticket__merged_into=None).latest("id")
    channel = message.conversation.channel
    name, _, domain = channel.address.partition("@")
    mail = EmailMessage()
    mail["From"] = "Teresa Antunes <teresa.antunes@mail.example>"
    mail["To"] = f"{name}+c{reply_token(message.conversation)}@{domain}"
    mail["Subject"] = f"Re: {message.ticket.subject}"
    mail["Message-ID"] = "<grid.1@mail.example>"
    mail.set_content("Sou a irmã dela e quem recebe o pedido. Podem me mandar o código de rastreio?\n")
    keep(channel=channel, raw=RawEnvelope("grid.1", mail.as_bytes(), "message/rfc822"), now=NOW)
    inbound.run_due(worker="grid", now=NOW, clock=timezone.now)
    return Message.objects.get(is_stranger=True).ticket


def _failed() -> Ticket:
    """Let an answer be one that could not be sent."""
    dispatch = Dispatch.objects.filter(state=DispatchState.SENT).latest("id")
    Dispatch.objects.filter(pk=dispatch.pk).update(state=DispatchState.FAILED, error="550 5.1.1 User unknown")
    return Message.objects.get(dispatch=dispatch).ticket


def _remarked(ticket: Ticket, agent: Agent) -> int:
    CustomerNote.objects.create(
        identity=ticket.identity, agent=agent, text="Prefere ser chamada à tarde.", is_pinned=True, at=NOW
    )
    return ticket.identity.customer_id


def _promises() -> dict[str, str]:
    """Break a promise, so that people are asked to see to it, and take back all that was promised on a ticket."""
    first = Clock.objects.filter(kind=ClockKind.FIRST_RESPONSE, state=ClockState.RUNNING).order_by("pk")[0]
    clocks.set_target(clock=first, target_seconds=120, at=NOW, key="grid")
    Clock.objects.filter(pk=first.pk).update(owner=Department.objects.order_by("pk")[0])
    timers.run_due(now=timezone.now())
    alone = Ticket.objects.filter(merged_into=None, status=Status.SOLVED, processes=None).order_by("-pk")[0]
    Clock.objects.filter(ticket_id=alone.pk).delete()
    return {
        "broken": f"/tickets/{Ticket.objects.get(pk=first.ticket_id).number}/",
        "unpromised": f"/tickets/{alone.number}/",
    }


def _stages() -> dict[str, str]:
    """Lead a return to its inspection, with a task and a step that failed, and ask for a way that needs agreement."""
    helena = Agent.objects.get(email__startswith="helena@")
    bring_defaults(now=NOW)
    rows = Ticket.objects.filter(merged_into=None, status__in=["new", "open"], is_held_open=False).order_by("pk")
    staged, asked = (_returned(ticket, helena) for ticket in rows[:2])
    visit = last_visit(staged)
    given = {"seconds": 7200, "is_obligatory": False, "agent": helena, "now": NOW}
    department = visit.department or Department.objects.order_by("pk")[0]
    department.members.add(helena)
    add_task(visit=visit, title="Comparar com o lote 0226", department=department, **given)
    step = Effect.objects.filter(process=staged).order_by("pk")[0]
    effects.settle(effect=step, is_done=False, code="no_conversation", now=NOW)
    money = {"amount": 80_000, "remedy": "refund", "disposition": "restock", "fault": "customer"}
    _go(asked, "inspect", helena, {"grade": "a", "serial_matches": True, "parts_complete": True})
    _go(asked, "refund", helena, money)
    number = staged.ticket.number
    return {
        "staged": f"/tickets/{number}/",
        "stage": f"/tickets/{number}/stage/{visit.pk}/",
        "asked": f"/tickets/{asked.ticket.number}/",
        "idle": f"/tickets/{rows[0].number}/",
        "matter": f"/o/{staged.shop.slug}/m/{case_token(staged)}/",
        **_came_back(),
    }


def _came_back() -> dict[str, str]:
    """Return a return that somebody has to look at, and the order beside it from which another could be made."""
    row = Return.objects.select_related("shop", "order", "process__ticket").order_by("-pk")[0]
    return {
        "return": f"/returns/{row.pk}/",
        "return_new": f"/tickets/{row.process.ticket.number}/orders/{row.order_id}/return/",
        "returns_policy": f"/console/returns/{row.shop_id}/",
    }


def _returned(ticket: Ticket, agent: Agent) -> Process:
    blueprint = Blueprint.objects.get(key="return", shop=None)
    facts = {"open_balance": 900_000, "is_disputed": False}
    given = {"key": f"grid:{ticket.pk}", "now": NOW, "fields": {"reason": "defective"}, "facts": facts}
    process = start(ticket=ticket, blueprint=blueprint, order=None, mover=Mover(agent=agent), **given)
    _go(process, "ask_review", agent, {})
    _go(process, "approve_reviewed", agent, {})
    _go(process, "label_by_hand", agent, {"return_code": "RMA-1"})
    _go(process, "receive", agent, {})
    return process


def _go(process: Process, way: str, agent: Agent, fields: dict[str, Any]) -> None:
    visit = last_visit(process)
    key = f"{visit.pk}:{way}"
    forward(visit=visit, transition=way, mover=Mover(agent=agent), key=key, now=NOW, fields=fields)


def _console() -> dict[str, str]:
    helena = Agent.objects.get(email__startswith="helena@")
    mailbox, form = Channel.objects.filter(kind="mail")[0], Channel.objects.get(kind="form")
    quarantined = Envelope.objects.filter(state=EnvelopeState.QUARANTINED)[0]
    create_token(name="Painel de vendas", agent=helena, scopes=["tickets:read"], actor=SYSTEM, now=NOW)
    return {
        "mailbox": f"/console/channels/{mailbox.pk}/",
        "fetched": f"/console/channels/{_fetched(mailbox.shop).pk}/",
        "form channel": f"/console/channels/{form.pk}/",
        "quarantined": f"/console/quarantine/{quarantined.pk}/",
        "form": f"/f/{form.public_key}/",
        **_systems(helena, mailbox.shop),
        **_webhook(mailbox.shop),
        **_processes(helena),
        "calendar": f"/console/calendars/{Calendar.objects.order_by('pk')[0].pk}/",
        "target": f"/console/targets/{Target.objects.order_by('pk')[0].pk}/",
        "agent": f"/console/agents/{Agent.objects.get(email__startswith='elif@').pk}/",
        **{name: f"/console/{name}s/{model.objects.order_by('pk')[0].pk}/" for name, model in _FIRSTS.items()},
    }


def _processes(agent: Agent) -> dict[str, str]:
    """Take a process that holds, and begin a draft of another that does not fit."""
    row, other = (Blueprint.objects.get(key=key, shop=None) for key in ("return", "refund"))
    spec = {**other.current.spec, "total_seconds": 3600} if other.current else {}
    blueprints.save_draft(blueprint=other, spec=spec, note="", agent=agent, now=NOW)
    return {"process": f"/console/processes/{row.pk}/", "process_draft": f"/console/processes/{other.pk}/"}


_FILE = """Pedido;Data do pedido;Situação;Cliente;E-mail;SKU;Produto;Quantidade;Preço unitário;Cor
CM-30001;02/11/2026;Na esteira;Ana Souza;ana@example.com;CAN-AZ;Caneca Moringa;2;49,90;azul
CM-30002;03/11/2026;Enviado;Elif Kaya;elif@example.com;CAN-VM;Caneca Moringa;1;59,90;vermelha
CM-30003;03/11/2026;Enviado;Bruno Lima;bruno@example.com;CAN-AZ;Caneca Moringa;um;49,90;azul
"""


def _webhook(shop: Shop) -> dict[str, str]:
    """Set a webhook up that took one message, and fails since."""
    told: dict[str, Any] = {"name": "ERP", "url": "https://erp.example.com/hooks", "events": ["ticket.*"], "shop": shop}
    with transaction.atomic():  # before the desk's own worker sees them
        endpoint, _secret = create_endpoint(**told, actor=SYSTEM, now=NOW)
        for _each in range(3):
            delivering.ping(endpoint=endpoint, now=NOW)
        took, failed, _waits = delivering.claim(worker="grid", now=NOW)
    delivering.settle(delivery=took, answer=Answer(200, text='{"ok": true}', took=84), now=NOW)
    delivering.settle(delivery=failed, answer=Answer(502, text="Bad gateway", took=1204), now=NOW)
    page = f"/console/webhooks/{endpoint.pk}/"
    return {"webhook": page, "webhook delivery": f"{page}deliveries/{failed.pk}/"}


def _systems(agent: Agent, shop: Shop) -> dict[str, str]:
    """Connect a shop system that is silent, and bring files into the order book."""
    kind = next(kind for kind in registry.commerce_kinds() if kind != "book")
    config = registry.commerce(kind).Config()
    system = create_backend(shop=shop, kind=kind, name="Casa Moringa", config=config, actor=SYSTEM, now=NOW)
    Backend.objects.filter(pk=system.pk).update(
        is_active=True,
        failing_since=NOW,
        next_try_at=NOW + timedelta(days=1),
        last_error=f"{CLOSED}\nConnection refused",
    )
    book = Backend.objects.get(shop=shop, kind="book")
    given: dict[str, Any] = {"backend": book, "agent": agent, "holds_products": False, "language": "pt-br", "now": NOW}
    rows = {
        name: take_file(name=f"{name}.csv", content=BytesIO(text.encode()), **given)
        for name, text in {"pedidos": _FILE, "agosto": _FILE, "setembro": _FILE, "vazio": "Pedido;Data\n"}.items()
    }
    fault = {"row": 5, "column": "Quantidade", "of": "CM-30003", "value": "um", "problem": "?", "advice": "?"}
    counts = {"new": 1_204, "changed": 3, "unchanged": 18, "kept": 2, "faulty": 1, "faults": 1}
    begin(row=rows["agosto"], mapping={})
    note_progress(row=rows["agosto"], done=420, total=1_225)
    finish(row=rows["setembro"], counts=counts, first_faults=[fault], faults_key="", now=NOW)
    preset = (presets(type(config)) or (Preset("new", ""),))[0].key
    files = f"/console/shop-systems/{book.pk}/files/"
    return {
        "system new": f"/console/shop-systems/new/{kind}/{preset}/",
        "system": f"/console/shop-systems/{system.pk}/",
        "book": f"/console/shop-systems/{book.pk}/",
        "mapped file": f"{files}{rows['pedidos'].pk}/",
        "running file": f"{files}{rows['agosto'].pk}/",
        "read file": f"{files}{rows['setembro'].pk}/",
        "bad file": f"{files}{rows['vazio'].pk}/",
    }


def _fetched(shop: Shop) -> Channel:
    """Add a mailbox that cannot be reached."""
    config = MailConfig(address="loja@casamoringa.example", imap_host="127.0.0.1", imap_port=9, password=PASSWORD)
    return create_channel(
        shop=shop,
        kind="mail",
        name="Loja",
        address=config.address,
        config=config,
        actor=SYSTEM,
        now=NOW,
        is_fetched=True,
    )


def _door(shop: Shop) -> dict[str, str]:
    """Return the doors that need a key: an invitation, a password reset, a second step."""
    invited = _agent(shop, "Iara Campos", "pt-br", Role.AGENT, password=None)
    nina = Agent.objects.get(email__startswith="nina@")
    key = f"{user_pk_to_url_str(nina)}-{default_token_generator.make_token(nina)}"
    return {
        "invitation": "/account/" + invitation_link(invited).split("/account/")[1],
        "reset": f"/account/password/reset/key/{key}/",
    }


if __name__ == "__main__":
    main()
