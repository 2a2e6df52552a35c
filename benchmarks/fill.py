"""Filling a database with the corpus's tickets, past the actions: rows as they would stand, written in bulk."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction

from balcao.channels.actions.connecting import create_channel
from balcao.channels.models import Channel
from balcao.customers.models import Customer, Identity
from balcao.customers.rules import name_keys
from balcao.journal.types import SYSTEM
from balcao.kit.db import is_postgres
from balcao.kit.searchtext import document_terms
from balcao.plugins.channels.mail.config import MailConfig
from balcao.shops.actions import create_shop
from balcao.shops.models import Shop
from balcao.staff.actions import create_agent
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.tickets import rules
from balcao.tickets.models import (
    Conversation,
    Letter,
    Message,
    NumberSeries,
    Participant,
    SearchDocument,
    Tally,
    Ticket,
)
from balcao.tickets.queries.searching import INDEX
from balcao.tickets.types import Direction, Status
from benchmarks.corpus import EMAIL, FIRST_NUMBER, LONG_TICKET, NEWEST, OUTBOX, PASSWORD, tickets

_STATUS = {0: Status.NEW, 1: Status.OPEN, 2: Status.SOLVED, 3: Status.CLOSED}
_PRIORITY = {1: "low", 2: "normal", 3: "normal", 4: "high", 5: "urgent"}
_PEOPLE = 30_000
_BATCH = 5_000


class Table:
    """Rows of one model, written by the thousand: `executemany` on SQLite, COPY on PostgreSQL."""

    def __init__(self, example: models.Model) -> None:
        self.options = example._meta
        self.fields = list(self.options.concrete_fields)
        self.places = {field.attname: place for place, field in enumerate(self.fields)}
        self.template = [
            self._plain(field.get_db_prep_save(field.pre_save(example, add=True), connection)) for field in self.fields
        ]
        self.rows: list[list[Any]] = []

    @staticmethod
    def _plain(value: Any) -> Any:
        return json.dumps(value.obj) if is_postgres() and hasattr(value, "obj") else value

    def add(self, **values: Any) -> None:
        """Add a row: the example's values, save these."""
        row = self.template.copy()
        for name, value in values.items():
            row[self.places[name]] = value
        self.rows.append(row)

    def write(self) -> None:
        """Write the rows that were added."""
        if not self.rows:
            return
        columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in self.fields)
        with connection.cursor() as cursor:
            if is_postgres():
                with cursor.copy(f"COPY {self.options.db_table} ({columns}) FROM STDIN") as copy:
                    for row in self.rows:
                        copy.write_row(row)
            else:
                marks = ", ".join(["%s"] * len(self.fields))
                cursor.executemany(f"INSERT INTO {self.options.db_table} ({columns}) VALUES ({marks})", self.rows)
        self.rows.clear()


def fill(count: int) -> tuple[Agent, Channel]:
    """Fill an empty, migrated database with so many tickets; return an agent and the mailbox."""
    now = NEWEST
    shop = open_shop()
    agents = [
        create_agent(
            email=EMAIL if n == 0 else f"agent{n}@shop.example",
            name=f"Agent {n}",
            role=Role.ADMIN if n == 0 else Role.AGENT,
            every_shop=n == 0,
            shops=[shop],
            password=PASSWORD,
            actor=SYSTEM,
            now=now,
        )
        for n in range(5)
    ]
    config = MailConfig(address="support@shop.example", incoming="none", outgoing="folder", outgoing_folder=str(OUTBOX))
    channel = create_channel(
        shop=shop, kind="mail", name="Support", address=config.address, config=config, actor=SYSTEM, now=now
    )
    with transaction.atomic():
        _people(now)
    _tickets(count, shop, channel, agents)
    _finish(count, shop)
    return agents[0], channel


def open_shop(_count: int = 1) -> Shop:
    """Open the shop that everything belongs to."""
    languages = ["pt-BR", "tr", "en"]
    return create_shop(slug="bench", name="Bench", languages=languages, region="BR", actor=SYSTEM, now=NEWEST)


def _people(now: datetime) -> None:
    customers, identities = Table(Customer(created_at=now)), Table(Identity(created_at=now, kind="email"))
    for number in range(1, _PEOPLE + 1):
        address, name = f"cust{number}@example.com", f"Cliente {number}"
        name_key, surname_key = name_keys(name)
        customers.add(id=number, name=name, name_key=name_key, surname_key=surname_key, language="pt-BR")
        identities.add(id=number, value=address, match_key=address, name=name, customer_id=number, home_id=number)
    customers.write()
    identities.write()


def _tickets(count: int, shop: Shop, channel: Channel, agents: Sequence[Agent]) -> None:
    tables = _Tables(shop, channel)
    for facts in tickets(count):
        tables.add(facts, agents, is_long=facts["id"] == count)
        if facts["id"] % _BATCH == 0:
            tables.write()
            sys.stderr.write(f"\r{facts['id']:,} tickets")
    tables.write()
    sys.stderr.write(f"\r{count:,} tickets\n")


class _Tables:
    """The tables that a ticket's rows go to."""

    def __init__(self, shop: Shop, channel: Channel) -> None:
        now, one = NEWEST, 1
        self.ticket = Table(
            Ticket(shop=shop, identity_id=one, number=0, opened_at=now, changed_at=now, channel_kinds=["mail"])
        )
        self.conversation = Table(
            Conversation(ticket_id=one, home_id=one, channel=channel, identity_id=one, created_at=now)
        )
        self.participant = Table(Participant(conversation_id=one, identity_id=one, role="writer"))
        self.message = Table(
            Message(
                ticket_id=one,
                conversation_id=one,
                channel=channel,
                direction="in",
                at=now,
                external_id="",
                language="pt-BR",
            )
        )
        self.letter = Table(Letter(message_id=one))
        self.document = Table(SearchDocument(ticket_id=one))
        self.order = [self.ticket, self.conversation, self.participant, self.message, self.letter, self.document]
        self.terms: list[tuple[int, list[str]]] = []
        self.messages = 0
        self.documents = 0

    def add(self, facts: dict[str, Any], agents: Sequence[Agent], *, is_long: bool) -> None:
        """Add a ticket with its two messages; the long one has twenty."""
        number, at = facts["id"], facts["created"]
        person = int(facts["email"].removeprefix("cust").partition("@")[0])
        status = _STATUS[facts["status"]]
        closed_at = at + timedelta(minutes=1) if status == Status.CLOSED else None
        self.ticket.add(
            id=number,
            number=FIRST_NUMBER + number,
            identity_id=person,
            subject=facts["subject"],
            status=status,
            queue=rules.queue_of(status, snoozed=False),
            priority=_PRIORITY[facts["priority"]],
            language="pt-BR",
            assignee_id=agents[facts["agent"]].pk if facts["agent"] else None,
            opened_at=at,
            changed_at=at + timedelta(minutes=1),
            customer_wrote_at=at,
            solved_at=closed_at,
            closed_at=closed_at,
            last_words=rules.last_words(facts["reply"]),
            last_direction=Direction.OUT,
            last_author="Agent 1",
            message_count=2,
        )
        self.conversation.add(
            id=number, ticket_id=number, home_id=number, identity_id=person, subject=facts["subject"], created_at=at
        )
        self.participant.add(id=number, conversation_id=number, identity_id=person)
        said = [(facts["body"], "in"), (facts["reply"], "out")] * (LONG_TICKET // 2 if is_long else 1)
        self._document(number, None, f"{FIRST_NUMBER + number} {facts['subject']} Cliente {person} {facts['email']}")
        for place, (text, direction) in enumerate(said):
            self.messages += 1
            self.message.add(
                id=self.messages,
                ticket_id=number,
                conversation_id=number,
                direction=direction,
                at=at + timedelta(minutes=place),
                identity_id=person if direction == "in" else None,
                agent_id=agents[1].pk if direction == "out" else None,
                text=text,
                external_id=f"bench-{self.messages}@mail.example.com",
            )
            self.letter.add(message_id=self.messages, subject=facts["subject"], full_text=text)
            self._document(number, self.messages, text)

    def _document(self, ticket: int, message: int | None, text: str) -> None:
        self.documents += 1
        self.document.add(id=self.documents, ticket_id=ticket, message_id=message)
        self.terms.append((self.documents, document_terms(text, "pt-BR").split()))

    @transaction.atomic
    def write(self) -> None:
        """Write everything that was added, parents first."""
        for table in self.order:
            table.write()
        INDEX.add(self.terms)
        self.terms.clear()


def _finish(count: int, shop: Shop) -> None:
    """Count what the views count, and let the database know what it holds."""
    NumberSeries.objects.update_or_create(id=1, defaults={"last": FIRST_NUMBER + count})
    keys: dict[str, int] = {}
    grouped = Ticket.objects.order_by().values_list("queue", "assignee_id", "team_id").annotate(n=models.Count("id"))
    for queue, assignee_id, team_id, number in grouped:
        for key in rules.tally_keys(queue=queue, assignee_id=assignee_id, team_id=team_id):
            keys[key] = keys.get(key, 0) + number
    Tally.objects.bulk_create(Tally(shop=shop, key=key, count=number) for key, number in keys.items())
    if is_postgres():
        move_sequences(Customer, Identity, Ticket, Conversation, Participant, Message, SearchDocument)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def move_sequences(*written: type[models.Model]) -> None:
    """Let PostgreSQL give ids above those that were written."""
    with connection.cursor() as cursor:
        for model in written:
            table = model._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
