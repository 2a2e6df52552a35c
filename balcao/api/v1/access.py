"""Who calls, and what of the desk exists for them: every id that a request names is looked up here."""

from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from balcao.api.v1.problems import Problem, not_found
from balcao.channels.models import Channel
from balcao.commerce.models import LedgerEntry, Order
from balcao.customers.models import Customer
from balcao.staff.actions import note_use
from balcao.staff.models import Agent, ApiToken, Team
from balcao.staff.queries import acting_agent, colleagues, valid_token
from balcao.staff.types import Permission, Scope
from balcao.tickets.models import Conversation, Message, Ticket, Topic
from balcao.tickets.queries.filtering import visible_customers
from balcao.tickets.queries.lists import visible

PREFIX = "balcao_"
_WINDOW = 60  # seconds


@dataclass(frozen=True, slots=True)
class Caller:
    """A token and the agent through whose eyes it sees; the system's tokens see through a stand-in."""

    token: ApiToken
    eyes: Agent

    @property
    def agent(self) -> Agent | None:
        """The agent that this acts as; None for the system."""
        return self.eyes if self.token.agent_id else None

    def person(self) -> Agent:
        """Return the agent that this acts as, for deeds that only a person does."""
        if self.agent is None:
            raise Problem(403, "acting-agent-needed", "This token acts as the system; make one that acts as an agent.")
        return self.agent


class Bearer(HttpBearer):
    """Lets a token in that has a scope, and whose agent holds a permission."""

    def __init__(self, scope: Scope | None = None, permission: Permission | None = None) -> None:
        super().__init__()
        self.scope, self.permission = scope, permission

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """Return the caller; a problem if the token is good but may not do this."""
        caller = caller_with(request, token)
        if caller is None:
            return None
        if self.scope and self.scope not in caller.token.scopes:
            raise Problem(403, "missing-scope", f"This needs a token with the scope `{self.scope}`.", scope=self.scope)
        if self.permission and not caller.eyes.may(self.permission):
            detail = f"{caller.eyes} may not do this: the role lacks `{self.permission}`."
            raise Problem(403, "not-permitted", detail)
        return caller


def caller_with(request: HttpRequest, secret: str) -> Caller | None:
    """Return who calls with this secret, counted against the token's rate; looked up once for each request."""
    known = getattr(request, "balcao_caller", None)
    if known is None and secret.startswith(PREFIX):
        now = timezone.now()
        token = valid_token(secret, now=now)
        if token is None:
            return None
        _count(token)
        note_use(token=token, now=now)
        known = request.balcao_caller = Caller(token, acting_agent(token))  # type: ignore[attr-defined] # ours
    return cast("Caller | None", known)


def bearer_secret(request: HttpRequest) -> str:
    """Return the secret in the Authorization header, "" if there is none."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret if scheme.lower() == "bearer" else ""


def _count(token: ApiToken) -> None:
    window = int(timezone.now().timestamp()) // _WINDOW
    key = f"api-rate:{token.pk}:{window}"
    cache.add(key, 0, timeout=2 * _WINDOW)
    try:
        count = cache.incr(key)
    except ValueError:  # the cache was full and threw it out in between
        return
    if count > settings.API_REQUESTS_A_MINUTE:
        left = _WINDOW - int(timezone.now().timestamp()) % _WINDOW
        detail = f"A token may make {settings.API_REQUESTS_A_MINUTE} requests a minute; wait {left} seconds."
        raise Problem(429, "too-many-requests", detail, headers={"Retry-After": str(left)})


def caller_of(request: HttpRequest) -> Caller:
    """Return who calls, in a view behind `Bearer`."""
    return cast("Any", request).auth  # type: ignore[no-any-return] # set by `Bearer`


# --- What a request names ---------------------------------------------------------------------------------------------


def ticket_for(caller: Caller, number: int) -> Ticket:
    """Return the ticket of this number."""
    rows = visible(caller.eyes).select_related(
        "shop", "identity__customer", "assignee", "team", "merged_into", "linked_to"
    )
    ticket = rows.filter(number=number).first()
    if ticket is None:
        raise not_found(f"Ticket {number}")
    return ticket


def conversation_for(caller: Caller, pk: int) -> Conversation:
    """Return the conversation with this id."""
    rows = Conversation.objects.filter(ticket__in=visible(caller.eyes))
    found = rows.select_related("ticket__shop", "channel__shop", "identity__customer").filter(pk=pk).first()
    if found is None:
        raise not_found(f"Conversation {pk}")
    return found


def message_for(caller: Caller, pk: int) -> Message:
    """Return the message with this id."""
    rows = Message.objects.filter(ticket__in=visible(caller.eyes)).prefetch_related("attachments")
    found = rows.select_related("ticket", "letter", "dispatch", "agent", "identity").filter(pk=pk).first()
    if found is None:
        raise not_found(f"Message {pk}")
    return found


def customer_for(caller: Caller, pk: int) -> Customer:
    """Return the customer with this id, also by that of one who was merged into another."""
    found = visible_customers(caller.eyes).filter(identities__home_id=pk).first()
    if found is None:
        raise not_found(f"Customer {pk}")
    return found


def channel_for(caller: Caller, pk: int) -> Channel:
    """Return the channel with this id."""
    rows = Channel.objects.select_related("shop")
    found = rows.filter(pk=pk, shop_id__in=caller.eyes.shop_ids()).first()
    if found is None:
        raise not_found(f"Channel {pk}")
    return found


def order_for(caller: Caller, pk: int) -> Order:
    """Return the order with this id."""
    rows = Order.objects.select_related("account", "backend__shop")
    found = rows.filter(pk=pk, backend__shop_id__in=caller.eyes.shop_ids()).first()
    if found is None:
        raise not_found(f"Order {pk}")
    found.account.backend = found.backend  # the same one; known already
    return found


def order_action_for(caller: Caller, pk: int) -> LedgerEntry:
    """Return the order action with this id."""
    rows = LedgerEntry.objects.select_related("order", "backend__shop")
    found = rows.filter(pk=pk, backend__shop_id__in=caller.eyes.shop_ids()).first()
    if found is None:
        raise not_found(f"Order action {pk}")
    return found


def agent_for(caller: Caller, pk: int) -> Agent:
    """Return the agent with this id."""
    found = colleagues(caller.eyes).filter(pk=pk).first()
    if found is None:
        raise not_found(f"Agent {pk}")
    return found


def topic_for(caller: Caller, pk: int) -> Topic:
    """Return the topic with this id."""
    found = Topic.objects.filter(pk=pk).first()
    if found is None or (found.shop_id is not None and not caller.eyes.sees_shop(found.shop_id)):
        raise not_found(f"Topic {pk}")
    return found


def team_for(pk: int) -> Team:
    """Return the team with this id; teams belong to the company."""
    found = Team.objects.filter(pk=pk).first()
    if found is None:
        raise not_found(f"Team {pk}")
    return found
