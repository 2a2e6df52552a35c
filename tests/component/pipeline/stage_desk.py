"""A shop whose matters run through departments, for tests of what processes do by themselves."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from balcao.commerce.actions.book import Book
from balcao.commerce.actions.connecting import create_backend
from balcao.commerce.actions.copying import keep_order
from balcao.commerce.models import Order
from balcao.journal.actions import seal
from balcao.journal.types import SYSTEM
from balcao.pipeline import followers, orders
from balcao.pipeline.stages import doing
from balcao.ports import registry
from balcao.processes.actions import blueprints
from balcao.processes.actions.moving import Mover, forward, start
from balcao.processes.models import Process
from balcao.processes.queries.blueprints import blueprint_for
from balcao.processes.queries.courses import last_visit
from balcao.staff.models import Department
from balcao.staff.types import Role
from balcao.testing.channels import PaperChannel
from balcao.testing.factories import make_agent, make_channel, make_shop, receive
from balcao.testing.orders import an_order
from balcao.tickets.models import Ticket

NOW = timezone.now()


class StageDesk:
    """A shop with its departments, Ana's order, her letter, and somebody of finance."""

    def __init__(self) -> None:
        registry.register_channel(PaperChannel())
        self.shop = make_shop()
        for key in ("cs", "cs_lead", "log", "wh", "qc", "fin"):
            Department.objects.create(name=key, key=key)
        blueprints.bring_defaults(now=NOW)
        book = create_backend(shop=self.shop, kind="book", name="Book", config=Book.Config(), actor=SYSTEM, now=NOW)
        keep_order(backend=book, order=an_order(), now=NOW)
        self.channel = make_channel(self.shop)
        receive(self.channel, now=NOW, subject="Pedido 1001: quero devolver", **{"from": "ana@example.com"})
        self.ticket = Ticket.objects.get()
        self.order = Order.objects.select_related("account__backend__shop").get()
        self.caio = make_agent("Caio", shop=self.shop, role=Role.SUPERVISOR)

    def begin(self, key: str, *, now: datetime = NOW, **more: Any) -> Process:
        blueprint = blueprint_for(key, shop_id=self.shop.pk)
        assert blueprint
        return start(
            ticket=self.ticket,
            blueprint=blueprint,
            order=self.order,
            mover=Mover(agent=self.caio),
            key=f"start {key}",
            now=now,
            **more,
        )

    def work(self, now: Any = None) -> None:
        """Let everything happen that happens by itself."""
        for _ in range(6):
            seal()
            at = now or timezone.now()
            done = followers.run_due(now=at)
            done += doing.run_due(worker="w", now=at, clock=lambda at=at: at)
            done += orders.run_due(worker="w", now=at, clock=lambda at=at: at)
            if not done:
                return

    def go(self, process: Process, way: str, *, now: datetime = NOW, **more: Any) -> None:
        """Let Caio take a way out of the present stage."""
        visit = last_visit(process)
        forward(visit=visit, transition=way, mover=Mover(agent=self.caio), key=f"{visit.pk}:{way}", now=now, **more)
