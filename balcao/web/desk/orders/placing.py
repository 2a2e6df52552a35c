"""Placing an order for the customer of a ticket: what goes into it, where it goes, how it is paid, what that does."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from balcao.automation.queries.offering import days_words
from balcao.commerce import queries
from balcao.commerce.actions import ledger
from balcao.commerce.actions.book import Book
from balcao.commerce.actions.ledger import Asker
from balcao.commerce.models import Account, Backend
from balcao.commerce.rules import documents
from balcao.commerce.rules.verifying import level_of
from balcao.commerce.types import Denial, Effect, Level, Offer
from balcao.customers.queries import identities_of
from balcao.customers.types import IdentityKind
from balcao.jobs.models import Job
from balcao.jobs.types import JobState
from balcao.kit.numbers import number_in
from balcao.pipeline.quoting import quote_freight
from balcao.ports import commerce as port
from balcao.ports.commerce import Address, InstrumentKind, PlaceOrder, Quoting
from balcao.staff.models import Agent
from balcao.tickets.models import Ticket
from balcao.tickets.queries.speaking import Speaking, last_said
from balcao.web.components.addresses import address_labels
from balcao.web.desk.orders import words
from balcao.web.desk.orders.denials import denial_words
from balcao.web.desk.orders.effects import Told
from balcao.web.desk.orders.forms import ADDRESS_FIELDS, METHODS
from balcao.web.desk.orders.sheet import DryRun

_LONGEST = 200
_MOST_PIECES = 999


@dataclass(frozen=True, slots=True)
class Chosen:
    """One line of the basket."""

    ref: str
    name: str
    note: str
    count: int
    price: str
    is_short: bool  # the shop has fewer


class Placing:
    """One order in the making, as its form stands."""

    def __init__(self, agent: Agent, ticket: Ticket, backend: Backend, form: QueryDict) -> None:
        self.kind = port.ActionKind.PLACE_ORDER
        self.backend = backend
        self.form = form
        self._agent = agent
        self._ticket = ticket

    def value(self, name: str, default: str = "") -> str:
        """Return what stands in a field."""
        return self.form.get(name, default)

    # --- Whose it is --------------------------------------------------------------------------------------------------

    @cached_property
    def account(self) -> Account | None:
        """Return whose order it becomes; in the order book a customer without one gets theirs with the order."""
        identities = identities_of(self._ticket.identity.customer_id)
        known = queries.accounts_of(identities=identities, shop_id=self._ticket.shop_id)
        mine = next((one for one in known if one.backend_id == self.backend.pk), None)
        return mine or self._new_account()

    def _new_account(self) -> Account | None:
        identity = self._ticket.identity
        if self.backend.kind != Book.kind or identity.kind not in (IdentityKind.EMAIL, IdentityKind.PHONE):
            return None
        is_mail = identity.kind == IdentityKind.EMAIL
        value = port.Account(
            ref=identity.value[:120],
            name=identity.customer.name or identity.name,
            email=identity.value if is_mail else "",
            phone="" if is_mail else identity.value,
        )
        return Account(backend=self.backend, ref=value.ref, document=documents.plain(value))

    @property
    def is_new(self) -> bool:
        """Tell whether the customer has no account yet."""
        return self.account is not None and not self.account.pk

    @cached_property
    def level(self) -> Level:
        """Return how sure we are that it is their account."""
        account = self.account
        if account is not None and account.pk:
            return Speaking(self._ticket, account, None, now=timezone.now()).level
        last = last_said(self._ticket)
        if last is None or last.identity is None or last.is_stranger or account is None:
            return Level.CLAIMED
        return level_of(proof=last.proof, is_theirs=last.identity_id == self._ticket.identity_id)

    @property
    def asker(self) -> Asker:
        """Return who asks for it."""
        return Asker(agent=self._agent, level=self.level, ticket=self._ticket.pk)

    # --- What is in it ------------------------------------------------------------------------------------------------

    @cached_property
    def pieces(self) -> tuple[tuple[str, int], ...]:
        """Return what is in the basket: (variant, how many)."""
        refs = list(dict.fromkeys([*self.form.getlist("variant"), *self.form.getlist("add")]))
        gone = set(self.form.getlist("remove"))
        return tuple((ref[:_LONGEST], self._count(ref)) for ref in refs if ref and ref not in gone)

    def _count(self, ref: str) -> int:
        typed = number_in(self.form.get(f"count-{ref}", "1"))
        return min(typed, _MOST_PIECES) if typed else 0

    @cached_property
    def offers(self) -> Mapping[str, Offer]:
        """Return what is sold under these variants."""
        return queries.offers(backend=self.backend, refs=[ref for ref, _count in self.pieces])

    @property
    def chosen(self) -> list[Chosen]:
        """Return the basket as it is drawn; what is not sold any more is left out."""
        return [self._chosen(self.offers[ref], count) for ref, count in self.pieces if ref in self.offers]

    def _chosen(self, offer: Offer, count: int) -> Chosen:
        variant = offer.variant
        return Chosen(
            ref=variant.ref,
            name=offer.name,
            note=words.options_words(variant.options) or variant.sku,
            count=count,
            price=words.money(variant.price * count, self.currency),
            is_short=not variant.is_available or (variant.stock is not None and variant.stock < count),
        )

    @property
    def currency(self) -> str:
        """Return what it is paid in."""
        return next((one.currency for one in self.offers.values() if one.currency), self.backend.shop.currency)

    # --- Where it goes and what that costs ----------------------------------------------------------------------------

    @cached_property
    def _home(self) -> Address:
        known = queries.account_value(self.account).address if self.account else Address()
        name = known.name or (queries.account_value(self.account).name if self.account else "")
        return replace(known, name=name, country=known.country or self.backend.shop.region)

    @property
    def address(self) -> list[tuple[str, str, str]]:
        """Return the fields of the address: name, label, what stands in it."""
        labels = address_labels()
        return [(name, labels[name], self.value(name, getattr(self._home, name))) for name in labels]

    @property
    def has_address(self) -> bool:
        """Tell whether it is known where it goes, so that the fields can stay folded."""
        known = self._goes_to
        return bool(known.line1 and known.city and known.postcode)

    @property
    def address_words(self) -> str:
        """Return where it goes in one line, "" while that is not known."""
        return words.address_words(self._goes_to) if self.has_address else ""

    @property
    def _goes_to(self) -> Address:
        given = [name for name in ADDRESS_FIELDS if name in self.form]
        typed = {name: " ".join(self.form.get(name, "").split())[:_LONGEST] for name in given}
        return replace(self._home, **typed)

    @property
    def quotes_freight(self) -> bool:
        """Tell whether the shop system knows what it costs to bring it."""
        return isinstance(queries.adapter_of(self.backend), Quoting)

    @property
    def quoted_for(self) -> list[Any]:
        """Return what freight is asked for as the form stands."""
        pieces = [[ref, count] for ref, count in self.pieces]
        return [self.backend.pk, pieces, self._goes_to.postcode, self._goes_to.country]

    @cached_property
    def _quoted(self) -> Job | None:
        number = number_in(self.value("quote"))
        if number is None:
            return None
        return Job.objects.filter(pk=number, task=quote_freight.module_path, state=JobState.DONE).first()

    @property
    def _way(self) -> tuple[str, int, tuple[int, int] | None] | None:
        """Return the chosen way as the shop system told it, if it was asked for just this."""
        row, chosen = self._quoted, number_in(self.value("way"))
        if row is None or chosen is None or list(row.args) != self.quoted_for:
            return None
        ways = dict(enumerate((row.result or {}).get("quotes", [])))
        found = ways.get(chosen)
        return (found[0], found[1], tuple(found[2]) if found[2] else None) if found else None

    # --- What that does -----------------------------------------------------------------------------------------------

    @property
    def methods(self) -> list[tuple[str, str]]:
        """Return the ways in which it can be paid."""
        return [(kind.value, words.method_words(kind)) for kind in METHODS]

    @cached_property
    def action(self) -> PlaceOrder:
        """Return the action that the form asks for."""
        asked = self.value("method")
        return PlaceOrder(
            account=self.account.ref if self.account else "",
            variants=self.pieces,
            address=self._goes_to,
            method=InstrumentKind(asked) if asked in set(METHODS) else METHODS[0],
            freight=self._way[1] if self._way else 0,
        )

    @cached_property
    def dry_run(self) -> DryRun:
        """Return what would happen, computed as it would be when it is asked for."""
        if self.account is None:
            return DryRun(problem=_("The shop system knows no account of this customer."), confirm=_confirm())
        verdict = ledger.try_out(action=self.action, account=self.account, order=None, asker=self.asker)
        if verdict.effect is None:
            denial = verdict.denial or Denial.NOT_ABLE
            is_open = denial in (Denial.EMPTY, Denial.ADDRESS)
            problem = _("Choose what goes into the order.") if denial == Denial.EMPTY else denial_words(denial)
            return DryRun(problem=problem, is_open=is_open, confirm=_confirm())
        return self._allowed(verdict.effect)

    def _allowed(self, effect: Effect) -> DryRun:
        needs_way = self.quotes_freight and self._way is None and not self.value("no_freight")
        total = sum(self.offers[ref].variant.price * count for ref, count in self.pieces) + self.action.freight
        return DryRun(
            lines=tuple(self._told(total)),
            problem=_("Ask for the freight and choose a way, or leave it out.") if needs_way else "",
            is_open=needs_way,
            confirm=_("Place the order: %(amount)s") % {"amount": words.money(total, self.currency)},
            agreed="" if needs_way else documents.agreed(self.action, effect),
        )

    def _told(self, total: int) -> list[Told]:
        method = words.method_words(self.action.method)
        amount = words.money(total, self.currency)
        way = self._way
        return [
            Told(_("It goes to:"), words.address_words(self.action.address)),
            *([Told(_("With:"), way[0], ", ".join(self._way_words(way)))] if way else []),
            Told(_("The customer pays:"), f"{amount} · {method}"),
            Told(_("It stays a draft until it is paid; the pieces are kept for it")),
            *([Told(_("The customer gets an account in the order book"))] if self.is_new else []),
        ]

    def _way_words(self, way: tuple[str, int, tuple[int, int] | None]) -> list[str]:
        return [words.money(way[1], self.currency), *([days_words(way[2])] if way[2] else [])]


def _confirm() -> str:
    return _("Place the order")
