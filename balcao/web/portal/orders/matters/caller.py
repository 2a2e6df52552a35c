"""Who opened the page of a matter: what the link alone shows, and what a code adds."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from balcao.commerce import queries
from balcao.commerce.models import Account, Challenge
from balcao.commerce.rules.verifying import masked
from balcao.commerce.types import Level
from balcao.ports.channel import IdentityKind
from balcao.processes.actions.moving import Mover
from balcao.processes.models import Process
from balcao.returns.models import Return
from balcao.returns.rules import numbers
from balcao.web.portal.orders import visits
from balcao.web.portal.orders.sight import Sight
from balcao.web.portal.orders.visits import Visit


@dataclass
class Caller:
    """Somebody with the link of a matter, in their visit. Read lazily."""

    process: Process
    visit: Visit
    now: datetime

    @property
    def account(self) -> Account | None:
        """Return the customer's account at the shop, if the matter is about an order."""
        return self.process.order.account if self.process.order else None

    @cached_property
    def level(self) -> Level:
        """Return how sure we are that they are the order's customer, by this visit."""
        return self.visit.level(self.account) if self.account else Level.CLAIMED

    @property
    def is_verified(self) -> bool:
        """Tell whether they typed a code that went to an address of the order."""
        return self.level >= Level.VERIFIED

    @cached_property
    def is_order_theirs(self) -> bool:
        """Tell whether whom the link went to is the order's customer: else they are told nothing of the order."""
        identity = self.process.ticket.identity
        return bool(self.account and queries.carries(self.account.pk, identities=[identity]))

    @property
    def may_read(self) -> bool:
        """Tell whether they may read what was said: only whom it was said to, once we know that it is them."""
        return self.is_verified and self.is_order_theirs

    @property
    def can_write(self) -> bool:
        """Tell whether there is an address that an answer of theirs could be under."""
        return self.process.ticket.identity.kind == IdentityKind.EMAIL

    @cached_property
    def is_proven(self) -> bool:
        """Tell whether this visit's code went to the address that they write from."""
        value = self.process.ticket.identity.value
        return bool(self.may_read and self.account and self.visit.proves(self.account, value, now=self.now))

    @property
    def mover(self) -> Mover:
        """Return them as processes know who moves them."""
        return Mover(customer=self.process.ticket.identity)

    @cached_property
    def masked_address(self) -> str:
        """Return the address that a code would go to, as it may be shown; "" where there is none."""
        key = queries.verifying_key(self.account, began_at=self.now) if self.account else ""
        return masked(key) if key else ""

    @cached_property
    def code_sent(self) -> Challenge | None:
        """Return the code that may be typed now."""
        return self.visit.code_sent(self.account, now=self.now) if self.account and not self.is_verified else None

    @cached_property
    def order(self) -> Sight | None:
        """Return the order as far as they may see it."""
        row = self.process.order
        if row is None or not row.backend.is_active or not visits.named(row):
            return None
        if not (self.is_order_theirs or self.is_verified):
            return None
        return Sight(row, queries.order_value(row), max(self.level, Level.PLAUSIBLE), self.now)

    @cached_property
    def parcel_back(self) -> str:
        """Return the number of the return that this matter is about, "" where it is about none."""
        row = Return.objects.filter(process=self.process).first()
        return numbers.written(row.number, prefix=row.prefix) if row else ""

    @property
    def order_address(self) -> str:
        """Return the link to the order's own page, which shows as much as this one."""
        return queries.page_address(self.process.order) if self.process.order else ""
